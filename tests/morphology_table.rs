//! Tables of sections: what is read, and what is said of wrong ones.

mod common;

use common::{described_with, run};
use volley::diagnostic::Sources;
use volley::morphology::{End, Geometry, table};

fn read(text: &str) -> Result<Vec<table::Row>, String> {
    let mut sources = Sources::default();
    let source = sources.add("sections.csv", text);
    table::read(&sources, source, 35.4).map_err(|said| said.render(&sources, false))
}

#[test]
fn columns_come_in_any_order_with_units_and_comments() {
    let text = "\u{feff}# a cell\r\nL_um; Name; parent ;diameter (um);nseg;at;end;Ra;cm;region\r\n\r\n\
                20;soma;;18.5;;;;;;\r\n 300 ; \"dend[0]\" ;soma; 2;5;0.5;1;150;2;basal  thin\r\n";
    let rows = read(text).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].section.name, "soma");
    assert_eq!(rows[0].section.connection, None);
    assert_eq!(rows[0].section.geometry, Geometry::Cylinder { length: 20.0, diam: 18.5 });
    assert_eq!((rows[0].nseg, rows[0].ra, rows[0].cm), (None, None, None));
    let dend = &rows[1];
    assert_eq!(dend.section.name, "dend[0]");
    let connection = dend.section.connection.as_ref().unwrap();
    assert_eq!((connection.parent.as_str(), connection.x, connection.end), ("soma", 0.5, End::One));
    assert_eq!((dend.nseg, dend.ra, dend.cm), (Some(5), Some(150.0), Some(2.0)));
    assert_eq!(dend.section.sets, ["basal", "thin"]);
}

#[test]
fn wrong_tables_are_answered_with_places() {
    let cases = [
        ("empty", ""),
        ("no header", "soma,,20,20\ndend,soma,100,2\n"),
        ("only a header", "section,parent,L,diam\n"),
        ("no diameter", "section,parent,L\nsoma,,20\n"),
        ("a misspelt column", "section,parent,L,diameters\nsoma,,20,20\n"),
        ("a column twice", "section,parent,L,diam,length\nsoma,,20,20,20\n"),
        (
            "wrong numbers, all at once",
            "section,parent,L,diam,nseg,at\nsoma,,twenty,20,1,\ndend,soma,10,-1,1.5,2\naxon,soma,,1,,\n,soma,inf,1,,\n",
        ),
        ("a short row", "section,parent,L,diam\nsoma,,20\n"),
        ("lengths in another unit", "section,parent,L (mm),diam (um)\nsoma,,20,20\n"),
        (
            "names that are none",
            "section,parent,L,diam\nd-1,,20,20\nd[-1],d-1,10,1\nd[,d-1,10,1\nall,d-1,10,1\n\"d,d-1,10,1\nd[2],d-1,10,1\n",
        ),
    ];
    let mut answers = String::new();
    for (title, text) in cases {
        answers += &format!("=== {title}\n{}\n\n", read(text).unwrap_err().trim_end());
    }
    insta::assert_snapshot!(answers);
}

#[test]
fn a_table_of_noise_ends_with_a_count() {
    let text = format!("section,parent,L,diam\n{}", "x,y,z,w\n".repeat(500));
    let said = read(&text).unwrap_err();
    assert!(said.contains("480 further rows of this table are wrong"), "{said}");
}

/// A passive cell from a table rests and charges like the same cell written in TOML.
#[test]
fn a_table_makes_the_cell_that_toml_makes() {
    let rest = "[cell.c.mechanism.pas]\ng = 1e-4\n[population.p]\ncell = \"c\"\n\
                [stimulus.s]\npopulation = \"p\"\nmechanism = \"IClamp\"\ndel = 1\ndur = 20\namp = 0.1\n\
                [record.v]\npopulation = \"p\"\nvariable = \"v\"\nat = [\"soma(0.5)\", \"dend[1](0.9)\"]\n";
    let simulation = "[simulation]\ntstop = 10\n";
    let toml = "[cell.c]\nRa = 100\n[cell.c.section.soma]\nL = 20\ndiam = 20\n[cell.c.section.dend]\ncount = 2\nL = 100\n\
                diam = 2\nparent = \"soma\"\nat = 0.5\nend = 0\nnseg = 3\nRa = 150\ncm = 2\n";
    let table = "section,parent,L,diam,at,nseg,Ra,cm\nsoma,,20,20,,,,\ndend[0],soma,100,2,0.5,3,150,2\n\
                 dend[1],soma,100,2,0.5,3,150,2\n";
    let written = described_with(&format!("{simulation}{toml}{rest}"), &[]);
    let read = described_with(
        &format!("{simulation}[cell.c]\nRa = 100\nsections = \"cell.csv\"\n{rest}"),
        &[("cell.csv", table)],
    );
    let (written, read) = (run(&written), run(&read));
    assert!(written.rows("v").len() > 100);
    assert_eq!(written.rows("v"), read.rows("v"));
}
