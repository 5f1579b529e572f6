//! Groups may have any name that Kafka takes.

use rejoin::story::report::Report;
use rejoin::story::{Options, Runner, Story};

/// Everything that has a meaning somewhere: to a story, to CSV, to a shell, to a path.
const NAME: &str = "pay day, \\\"\u{fc}nit\\\" #1=../a:b;$(x)";

#[test]
fn a_group_of_any_name_is_read_backed_up_restored_and_told_again() {
    let text = format!(
        "topic orders partitions=2\nproduce topic=orders count=10\ngroup \"{NAME}\" reset=earliest\n\
         consumer c1 group=\"{NAME}\" topics=orders\n\
         at 10s check members \"{NAME}\" == 1\nat 10s check owner \"{NAME}\" orders:1 == c1\n\
         at 11s backup full\nat 12s export latest\nat 20s close c1\n\
         at 25s reset \"{NAME}\" topic=orders to=earliest\nat 26s check lag \"{NAME}\" == 10\n\
         at 30s restore apply latest\nat 50s check lag \"{NAME}\" == 0\nat 50s check proof == holds\nend 60s\n"
    );
    let mut runner = Runner::new(&Story::parse(&text).expect("a story"), Options::default());
    runner.finish(None);
    let report = Report::of(&mut runner);
    assert!(report.refusals.is_empty(), "{:?}", report.refusals);
    assert!(report.checks.len() == 5 && report.holds(), "{:?}", report.checks);
    let again = Story::parse(&runner.text()).expect("a story of canonical lines");
    let mut again = Runner::new(&again, Options::default());
    again.finish(None);
    assert_eq!(again.hash(), runner.hash());
}

#[test]
fn a_name_that_no_line_can_hold_is_refused() {
    for (name, said) in [
        ("a\\nb", "none of them a control character"),
        (&"x".repeat(250), "a name of 250 characters"),
        ("", "a group name"),
    ] {
        let text = format!("group \"{name}\"\nend 1s\n");
        let found = match Story::parse(&text) {
            Err(errors) => errors[0].to_string(),
            Ok(story) => {
                let mut runner = Runner::new(&story, Options::default());
                runner.finish(None);
                Report::of(&mut runner).refusals.first().map_or_else(String::new, |(.., why)| why.to_string())
            }
        };
        assert!(found.contains(said), "{name:?}: {found}");
    }
}
