//! Every row of the catalogue of attacks has a test or case that begins with its name, or a line in SECURITY.md that says
//! why it has no subject here.

use std::collections::BTreeSet;

use tests::{TestResult, repository};

use crate::architecture::files_of;

/// The sections that are held to this, by the letters of their rows and the number of the last one.
const SECTIONS: [(&str, u32); 10] = [
    ("tok", 36),
    ("key", 8),
    ("org", 3),
    ("crd", 6),
    ("sub", 4),
    ("evt", 8),
    ("msg", 14),
    ("aut", 11),
    ("rat", 9),
    ("log", 3),
];

/// Where tests are.
const ROOMS: [&str; 7] = [
    "lambdas",
    "emulator/src",
    "tests",
    "client/test",
    "web/test",
    "cdk/test",
    "scripts",
];

/// What stands right before the name of a test or case.
const BEFORE_NAMES: [&str; 4] = ["fn ", "\"", "'", "`"];

#[test]
fn every_row_has_a_test_or_a_reason() -> TestResult {
    let mut known = tested()?;
    known.extend(excused()?);
    let missing: Vec<_> = rows().filter(|row| !known.contains(row)).collect();
    assert!(
        missing.is_empty(),
        "neither a test nor a line in SECURITY.md begins with one of {missing:?}"
    );
    Ok(())
}

#[test]
fn no_test_names_a_row_that_there_is_not() -> TestResult {
    let rows: BTreeSet<_> = rows().collect();
    let mut named = tested()?;
    named.extend(excused()?);
    let ours = named
        .into_iter()
        .filter(|row| SECTIONS.iter().any(|(section, _)| row.starts_with(section)));
    let unknown: Vec<_> = ours.filter(|row| !rows.contains(row)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    Ok(())
}

fn rows() -> impl Iterator<Item = String> {
    SECTIONS
        .into_iter()
        .flat_map(|(section, last)| (1..=last).map(move |number| format!("{section}_{number:02}")))
}

/// The rows that names of tests, cases and scenarios begin with.
fn tested() -> TestResult<BTreeSet<String>> {
    let mut rows = BTreeSet::new();
    for room in ROOMS {
        for file in files_of(&repository().join(room), &["rs", "ts", "json"])? {
            if file.ends_with("black_box/catalogue.rs") {
                continue;
            }
            rows.extend(file.file_name().and_then(|name| row_at(&name.to_string_lossy())));
            let text = std::fs::read_to_string(&file)?;
            for before in BEFORE_NAMES {
                rows.extend(text.split(before).skip(1).filter_map(row_at));
            }
        }
    }
    Ok(rows)
}

/// The rows of SECURITY.md's table of those that do not apply.
fn excused() -> TestResult<BTreeSet<String>> {
    let text = std::fs::read_to_string(repository().join("SECURITY.md"))?;
    Ok(text
        .lines()
        .filter_map(|line| row_at(line.strip_prefix("| `")?))
        .collect())
}

/// The row that a text begins with: three letters, a dash of either kind, two digits.
fn row_at(text: &str) -> Option<String> {
    let (letters, rest) = text.split_at_checked(3)?;
    let digits = rest.strip_prefix(['_', '-'])?.get(..2)?;
    let after = rest.chars().nth(3);
    let fits = letters.bytes().all(|letter| letter.is_ascii_alphabetic())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !after.is_some_and(|after| after.is_ascii_digit());
    fits.then(|| format!("{}_{digits}", letters.to_ascii_lowercase()))
}
