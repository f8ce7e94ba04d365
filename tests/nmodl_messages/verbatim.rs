//! C that cannot be taken, or is wrong.

use crate::{and, check, does};

fn c(title: &'static str, errors: usize, code: &str) -> crate::Case {
    does(title, errors, &format!("VERBATIM\n    {code}\n    ENDVERBATIM"))
}

#[test]
fn verbatim() {
    let cases = [
        c("malloc", 1, "double* p = (double*)malloc(10 * sizeof(double));"),
        c("a file", 1, "FILE* f = fopen(\"data.txt\", \"r\"); fscanf(f, \"%lf\", &ninf);"),
        c("a Vector of hoc", 1, "double* x = vector_vec(vector_arg(1));"),
        c("an argument of hoc", 1, "ninf = *getarg(1);"),
        c("a pointer", 1, "double* p = &ninf; *p = 3;"),
        c("a string", 1, "char name[20]; strcpy(name, \"a\");"),
        c("goto", 1, "again: ninf = 1; goto again;"),
        c("a struct", 1, "struct pair { double a; double b; } p; p.a = 3; ninf = p.a;"),
        c("an unknown name", 1, "ninf = ninff * 2;"),
        c("an unknown function", 1, "ninf = besselj(ninf);"),
        c("a semicolon missing", 1, "ninf = 2"),
        c("a brace missing", 1, "if (ninf > 2) { ninf = 3;"),
        c("a brace too many", 1, "ninf = 3; }"),
        c("an operator missing", 1, "ninf = 3 4;"),
        c("a string without its end", 1, "printf(\"n is %g, ninf);"),
        c("a comment without its end", 1, "ninf = 3; /* and so on"),
        c("the time of day", 1, "ninf = time(NULL);"),
        c("another mechanism", 1, "ninf = hoc_lookup(\"x\") != 0;"),
        and(
            "two blocks that cannot be taken",
            2,
            "PROCEDURE p() {\nVERBATIM\n    ninf = malloc(8);\nENDVERBATIM\n}\nPROCEDURE q() {\nVERBATIM\n    ninf = fread(0, 1, 1, fopen(\"x\", \"r\"));\nENDVERBATIM\n}\nINITIAL { p() q() }",
        ),
    ];
    check("verbatim", &cases);
}
