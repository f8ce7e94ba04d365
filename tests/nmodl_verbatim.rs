//! C in VERBATIM blocks: what it becomes, that it computes the same as plain NMODL, and what is refused.

mod ir_common;

use ir_common::World;
use proptest::prelude::*;
use volley::diagnostic::{Diagnostics, Severity, Sources};
use volley::ir::{Module, Options, Stage, lower};
use volley::nmodl::{self, ast};

/// Parses and expands.
fn expanded(text: &str) -> (ast::Module, Diagnostics, Sources) {
    let mut sources = Sources::default();
    let id = sources.add("test.mod", text);
    let mut tree =
        nmodl::parse(&sources, id).unwrap_or_else(|said| panic!("{}", said.render(&sources, false)));
    let said = nmodl::verbatim::expand(&mut tree, &sources);
    (tree, said, sources)
}

fn lowered(text: &str) -> Module {
    let (tree, said, sources) = expanded(text);
    assert!(!said.has_errors(), "{}", said.render(&sources, false));
    let result = nmodl::meaning::analyse(&tree).and_then(|meaning| lower(&meaning, &Options::default()));
    result.unwrap_or_else(|said| panic!("{}\n{}", said.render(&sources, false), nmodl::print(&tree)))
}

/// A density mechanism whose INITIAL holds this C, with range variables a, b, d and a parameter p.
fn with_c(c: &str) -> String {
    format!(
        "NEURON {{ SUFFIX c RANGE a, b, d, p }} PARAMETER {{ p = 3 }} ASSIGNED {{ v (mV) a b d }}\n\
         INITIAL {{\nVERBATIM\n{c}\nENDVERBATIM\n}}"
    )
}

/// What the C of an INITIAL becomes, as printed.
fn printed(c: &str) -> String {
    let (tree, said, sources) = expanded(&with_c(c));
    assert!(!said.has_errors(), "{}", said.render(&sources, false));
    let text = nmodl::print(&tree);
    let start = text.find("INITIAL").expect("INITIAL is printed");
    let body = text[start..].split_once('\n').map_or("", |(_, rest)| rest);
    let body = body.split_once("\n}").map_or(body, |(body, _)| body).trim_start_matches("}\n");
    body.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Messages of a text that is refused.
fn refused(text: &str) -> Vec<String> {
    let (_, said, _) = expanded(text);
    said.iter().filter(|d| d.severity == Severity::Error).map(|d| d.message.clone()).collect()
}

/// Runs all kernels of two modules beside each other and compares everything that they leave.
fn run_alike(c: &Module, plain: &Module, prepare: &dyn Fn(&mut World)) {
    let (mut one, mut two) = (World::of(c), World::of(plain));
    prepare(&mut one);
    prepare(&mut two);
    for stage in [Stage::Initial, Stage::Current, Stage::State, Stage::Receive, Stage::ReceiveInitial] {
        let kernel = |m: &Module| m.kernels().find(|(s, _)| *s == stage).map(|(_, k)| k.clone());
        let (Some(a), Some(b)) = (kernel(c), kernel(plain)) else {
            assert_eq!(kernel(c).is_some(), kernel(plain).is_some(), "{stage:?}");
            continue;
        };
        assert_eq!(one.run(c, &a), two.run(plain, &b), "{stage:?}");
        for variable in &plain.variables {
            let other = c.variables.iter().find(|v| v.name == variable.name).expect("the same variables");
            let (x, y) = (one.columns[other.first as usize], two.columns[variable.first as usize]);
            assert_eq!(x.to_bits(), y.to_bits(), "{stage:?} {}: {x} {y}", variable.name);
        }
    }
}

/// A file with C and the same without, for several voltages and arguments.
fn alike(c: &str, plain: &str) {
    let (c, plain) = (lowered(c), lowered(plain));
    for (i, v) in [-65.0, -80.0, 12.5].into_iter().enumerate() {
        run_alike(&c, &plain, &|world| {
            if plain.name == "c" && !plain.variables.iter().any(|v| v.name == "e" || v.name == "fired") {
                world.set(volley::ir::Place::Voltage, v);
            }
            world.time = 10.0;
            world.flag = 1.0;
            world.list = vec![1.0, 4.5, 9.0];
            world.draws = vec![0.3, 0.7];
            world.arguments.iter_mut().for_each(|a| *a = i as f64);
        });
    }
}

macro_rules! alike {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            alike(
                include_str!(concat!("nmodl/verbatim/", stringify!($name), ".mod")),
                include_str!(concat!("nmodl/verbatim/", stringify!($name), ".plain.mod")),
            );
        }
    )*};
}

alike!(return_last, headers, plain_c, early_return, straddle, ions, stream, vector, printing);

#[test]
fn what_c_becomes() {
    assert_eq!(printed("a = b = 2;"), "b = 2 a = b");
    assert_eq!(printed("a = v > 0 ? 1 : 2;"), "if (v > 0) { a = 1 } else { a = 2 }");
    assert_eq!(printed("double x = 2, y; y = x; a += y / 3;"), "LOCAL x, y x = 2 y = x a = a + y / 3");
    assert_eq!(printed("int n = v;"), "LOCAL n n = c_truncate(v)");
    assert_eq!(printed("int n = 7 / 2; a = n % 2;"), "LOCAL n n = 3 a = fmod(n, 2)");
    assert_eq!(printed("if (v > 0) { a = 1; return; } b = 2;"), "if (v > 0) { a = 1 } else { b = 2 }");
    assert_eq!(printed("a = 0x10 + 010 + 'A';"), "a = 89");
    assert_eq!(printed("if (0) { a = malloc(3); } ;;"), "");
    assert_eq!(printed("if (ifarg(1)) { a = *getarg(1); } else { a = -1; }"), "a = -1");
    assert_eq!(printed("while (a < 3) a++;"), "while (a < 3) { a = a + 1 }");
    assert_eq!(
        printed("for (int i = 0; i < 3; ++i) a += i;"),
        "{ LOCAL i i = 0 FROM c_i = 0 TO 2 { i = c_i a = a + i } i = 3 }"
    );
}

#[test]
fn what_c_sets_in_passing_is_set_where_c_sets_it() {
    assert_eq!(printed("a = b++ * 2;"), "LOCAL c_before c_before = b b = b + 1 a = c_before * 2");
    assert_eq!(
        printed("if (v > 0 && (a = p) > 1) b = 1;"),
        "LOCAL c_both c_both = v > 0 if (c_both) { a = p c_both = a > 1 } if (c_both) { b = 1 }"
    );
}

#[test]
fn static_variables_keep_their_names_unless_something_else_has_them() {
    assert_eq!(printed("static int calls = 0; calls = calls + 1; b = calls;"), "calls = calls + 1 b = calls");
    assert_eq!(
        printed("{ static int n; n = n + 1; } { int n; n = 2; b = n; }").matches("LOCAL c_n").count(),
        1
    );
    assert!(printed("int n; n = 2; { static int n; n = n + 1; b = n; }").contains("n2 = n2 + 1"));
}

#[test]
fn asking_whether_a_pointer_is_set_makes_it_one_that_must_be() {
    for question in ["_p_x", "nrn_pointing(_p_x)"] {
        let module = lowered(&format!(
            "NEURON {{ SUFFIX c RANGE a POINTER x }} ASSIGNED {{ a x }}\n\
             INITIAL {{\nVERBATIM\nif ({question}) {{ a = 1; }} else {{ a = 2; }}\nENDVERBATIM\n}}"
        ));
        assert!(module.pointers.iter().all(|pointer| pointer.read) && module.pointers.len() == 1);
    }
}

#[test]
fn floats_are_rounded_as_in_c() {
    let module = lowered(&with_c(
        "float f = 0.1, g = p / 7, list[2] = {0.1, 0.3}; int k = 3;\n\
         a = f; b = f * g + list[1] * k - 2.7f; f += p * 0.1; d = f + (float)(1 / p);",
    ));
    let initial = module.kernels().find(|(stage, _)| *stage == Stage::Initial).map(|(_, k)| k.clone());
    let initial = initial.expect("there is an INITIAL");
    for p in [3.0f64, -0.7, 1e-30] {
        let mut world = World::of(&module);
        let column =
            |name: &str| module.variables.iter().find(|v| v.name == name).expect("a variable").first as usize;
        world.columns[column("p")] = p;
        world.run(&module, &initial);
        let (f, g) = (0.1f32, (p / 7.0) as f32);
        assert_eq!(world.columns[column("a")], f64::from(f));
        assert_eq!(world.columns[column("b")], f64::from(f * g + 0.3f32 * 3.0 - 2.7f32));
        let f = (f64::from(f) + p * 0.1) as f32;
        assert_eq!(world.columns[column("d")], f64::from(f + (1.0 / p) as f32));
    }
}

#[test]
fn what_is_printed_is_read_again() {
    for text in [
        include_str!("nmodl/verbatim/plain_c.mod"),
        include_str!("nmodl/verbatim/early_return.mod"),
        include_str!("nmodl/verbatim/stream.mod"),
        include_str!("nmodl/verbatim/vector.mod"),
        include_str!("nmodl/verbatim/straddle.mod"),
    ] {
        let printed = nmodl::print(&expanded(text).0);
        let mut sources = Sources::default();
        let id = sources.add("printed.mod", printed.as_str());
        let again =
            nmodl::parse(&sources, id).unwrap_or_else(|s| panic!("{}\n{printed}", s.render(&sources, false)));
        assert_eq!(nmodl::print(&again), printed);
    }
}

#[test]
fn what_cannot_be_taken_is_refused_at_its_line() {
    let first = |c: &str| refused(&with_c(c)).into_iter().next().unwrap_or_default();
    assert_eq!(first("a = *getarg(1);"), "`getarg` cannot be called here");
    assert_eq!(first("double* x = (double*)malloc(8);"), "`malloc` cannot be called here");
    assert_eq!(first("a = section->length;"), "`length` of a structure is not known here");
    assert_eq!(first("a = vv;"), "`vv` is not declared in this C");
    assert_eq!(first("a = _ion_nai;"), "the mechanism does not use the ion variable `nai`");
    assert_eq!(first("if (v > 0) {"), "this `{` is not closed in the same list of statements");
    assert_eq!(first("}"), "this `}` closes no block of the same list of statements");
    assert_eq!(first("a = 1"), "expected `;` after this in this C");
    assert_eq!(first("a = 1 << 3;"), "operations on single bits are not supported");
    assert_eq!(first("goto out;"), "`goto` is not supported");
    assert_eq!(first("unsigned long x = 3; x = x * 5;"), "arithmetic that may wrap around is not supported");
    assert_eq!(
        first("a = nrn_random_pick(_p_r);"),
        "which distribution this number is from is not said in the file"
    );
    assert_eq!(first("a = drand48();"), "`drand48` cannot be called here");
    // Several at once.
    assert_eq!(refused(&with_c("a = x1; b = x2; if (y3) { d = x4; }")).len(), 4);
}

#[test]
fn the_message_points_at_the_c_and_says_what_does_it_here() {
    let (_, said, sources) = expanded(&with_c("a = 1;\n  b = *getarg(2);"));
    let text = said.render(&sources, false);
    assert!(text.contains("test.mod:5:8"), "{text}");
    assert!(text.contains("It seems to take arguments or objects from hoc."), "{text}");
    assert!(text.contains("set a RANGE variable from the network description instead"), "{text}");
}

#[test]
fn early_return_from_breakpoint_is_refused() {
    let text = "NEURON { SUFFIX c RANGE a } ASSIGNED { v a }\nBREAKPOINT {\nVERBATIM\nif (v > 0) return;\nENDVERBATIM\na = 1 }";
    assert_eq!(refused(text), ["this `return` would leave BREAKPOINT before its end"]);
}

#[test]
fn what_only_hoc_calls_is_left_out_with_a_note() {
    let text = "NEURON { SUFFIX c RANGE a POINTER p } ASSIGNED { v a p }\nINITIAL { a = 1 }\n\
                CONSTRUCTOR {\nVERBATIM\n_p_p = malloc(8);\nENDVERBATIM\n}\n\
                PROCEDURE for_hoc() {\nVERBATIM\nFILE* f = hoc_obj_file_arg(1); a = fgetc(f);\nENDVERBATIM\n}\n\
                PROCEDURE also() { for_hoc() }\n\
                PROCEDURE fine() {\nVERBATIM\na = 2;\nENDVERBATIM\n}";
    let (tree, said, _) = expanded(text);
    let notes: Vec<&str> = said.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(notes, ["CONSTRUCTOR is left out", "`for_hoc` is left out", "`also` is left out"]);
    assert!(said.iter().all(|d| d.severity == Severity::Note));
    let printed = nmodl::print(&tree);
    assert!(printed.contains("PROCEDURE fine()") && !printed.contains("hoc"), "{printed}");
    assert!(!printed.contains("POINTER"), "{printed}");
    lowered(text);
}

#[test]
fn the_same_c_is_refused_where_the_mechanism_calls_it() {
    let text = "NEURON { SUFFIX c RANGE a } ASSIGNED { v a }\nINITIAL { look() }\n\
                PROCEDURE look() {\nVERBATIM\na = chk_access()->prop;\nENDVERBATIM\n}";
    assert_eq!(refused(text), ["`prop` of a structure is not known here"]);
}

#[test]
fn what_prints_is_said_once_for_each_place() {
    let (_, said, _) = expanded(include_str!("nmodl/verbatim/printing.mod"));
    let codes: Vec<&str> = said.iter().map(|d| d.code).collect();
    let count = |code: &str| codes.iter().filter(|c| **c == code).count();
    assert_eq!((count("nmodl/verbatim-prints"), count("nmodl/verbatim-goes-on")), (3, 1));
}

#[test]
fn a_stream_is_said_to_be_one() {
    let (tree, said, _) = expanded(include_str!("nmodl/verbatim/stream.mod"));
    let printed = nmodl::print(&tree);
    assert!(printed.contains("RANDOM donotuse") && !printed.contains("POINTER"), "{printed}");
    assert!(said.iter().any(|d| d.code == "nmodl/verbatim-stream"));
}

#[test]
fn files_of_routines_for_hoc_are_left_to_later_steps() {
    let text = "NEURON { SUFFIX nothing }\nVERBATIM\nstatic double f(void* vv) { return malloc(3); }\nENDVERBATIM\n\
                PROCEDURE install() {\nVERBATIM\ninstall_vector_method(\"f\", f);\nENDVERBATIM\n}";
    let (tree, said, _) = expanded(text);
    assert!(said.is_empty());
    assert!(!nmodl::print(&tree).contains("VERBATIM"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_panics(c in "\\PC{0,80}") {
        let text = with_c(&c.replace("VERBATIM", ""));
        let mut sources = Sources::default();
        let id = sources.add("test.mod", text);
        if let Ok(mut tree) = nmodl::parse(&sources, id) {
            let _ = nmodl::verbatim::expand(&mut tree, &sources);
        }
    }

    #[test]
    fn no_row_of_c_tokens_panics(words in prop::collection::vec(prop::sample::select(vec![
        "int", "double", "static", "x", "a", "v", "=", "+=", "(", ")", "{", "}", "[", "]", ";", ",", "if", "else",
        "for", "while", "do", "switch", "case", "default", ":", "break", "continue", "return", "1", "2.5", "0", "+",
        "-", "*", "/", "%", "&&", "||", "!", "<", "?", "++", "--", "&", "->", ".", "#define", "#if", "#endif", "\n",
        "_p_x", "_args", "f(", "exp(", "printf(", "vector_vec(", "\"t\"", "'", "void", "_lx", "struct", "typedef",
    ]), 0..40), file_level in any::<bool>()) {
        let c = words.join(" ");
        let text = match file_level {
            true => format!("{}\nVERBATIM\n{c}\nENDVERBATIM\n", with_c("f(1);")),
            false => with_c(&c),
        };
        let mut sources = Sources::default();
        let id = sources.add("test.mod", text);
        if let Ok(mut tree) = nmodl::parse(&sources, id) {
            let said = nmodl::verbatim::expand(&mut tree, &sources);
            if !said.has_errors() {
                let _ = nmodl::meaning::analyse(&tree);
                prop_assert!(!nmodl::print(&tree).contains("VERBATIM"));
            }
        }
    }

    /// Whole numbers as C has them.
    #[test]
    fn whole_numbers_are_c_s(x in -1000i32..1000, y in prop_oneof![-30i32..0, 1i32..30]) {
        let text = with_c("int x = v, y = p; a = x / y; b = x % y; d = (int)(v / p) + x;");
        let module = lowered(&text);
        let mut world = World::of(&module);
        world.set(volley::ir::Place::Voltage, f64::from(x));
        let at = |name: &str| module.variables.iter().find(|v| v.name == name).expect("declared").first as usize;
        world.columns[at("p")] = f64::from(y);
        let kernel = ir_common::kernel(&module, Stage::Initial).clone();
        world.run(&module, &kernel);
        prop_assert_eq!(world.columns[at("a")], f64::from(x / y));
        prop_assert_eq!(world.columns[at("b")], f64::from(x % y));
        prop_assert_eq!(world.columns[at("d")], f64::from(x / y + x));
    }
}
