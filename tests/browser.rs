//! What must be the same natively and in a tab. Each test runs in both: natively with all others, and in headless
//! Chrome by `cargo xtask test`.

#[cfg(target_family = "wasm")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg(target_family = "wasm")]
#[path = "browser/store.rs"]
mod store;

use rejoin::base::Rng;
use rejoin::story::report::{self, Report};
use rejoin::story::{LIBRARY, Options, Runner, Story};

/// What each story of the library came to natively; `tests/stories/golden.rs` writes these.
const GOLDEN: [(&str, &str); 5] = [
    ("first-light", include_str!("stories/first-light.golden")),
    ("a-consumer-dies", include_str!("stories/a-consumer-dies.golden")),
    ("the-drill", include_str!("stories/the-drill.golden")),
    ("the-moment-before", include_str!("stories/the-moment-before.golden")),
    ("shared-work", include_str!("stories/shared-work.golden")),
];

#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_family = "wasm"), test)]
fn a_seed_draws_the_same_numbers_everywhere() {
    let mut draws = Rng::new(7).fork("network");
    let drawn: Vec<u64> = (0..3).map(|_| draws.next_u64()).collect();
    assert_eq!(drawn, [7163559982511613871, 14530351830915147309, 5647352276026580808]);
}

#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_family = "wasm"), test)]
fn every_story_comes_to_the_same_hash_measures_and_events_everywhere() {
    let names: Vec<_> = LIBRARY.iter().map(|story| story.name).collect();
    assert_eq!(names, GOLDEN.map(|(name, _)| name), "a story of the library has no golden result here");
    for (story, (_, golden)) in LIBRARY.iter().zip(GOLDEN) {
        let mut runner = Runner::new(&Story::parse(story.text).expect("a story"), Options::default());
        runner.finish(None);
        let report = Report::of(&mut runner);
        let happened = report::happened(&runner).into_iter();
        let happened: String =
            happened.map(|(at, told)| format!("{:>12}  {told}\n", at.to_string())).collect();
        let found = format!("{}\n{happened}", report::text(&report));
        for (line, (a, b)) in golden.lines().zip(found.lines()).enumerate() {
            assert_eq!(a, b, "{}, line {}", story.name, line + 1);
        }
        assert_eq!(golden.lines().count(), found.lines().count(), "{}", story.name);
    }
}
