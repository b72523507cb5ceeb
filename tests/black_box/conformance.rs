//! The conformance suite against the emulator, and what keeps the suite itself honest.

use tests::TestResult;
use tests::conformance::{Options, check_mutations, run};

#[tokio::test]
async fn every_case_passes_against_the_emulator() -> TestResult {
    let report = run(&Options::default()).await?;
    println!("{report}");
    assert_eq!(report.failed().count(), 0, "{report}");
    assert_eq!(
        report.left_out(),
        0,
        "nothing is left out of a run against the emulator"
    );
    assert!(report.count() >= 150, "{}", report.count());
    Ok(())
}

#[test]
fn every_mutation_still_has_its_place() -> TestResult {
    check_mutations()
}
