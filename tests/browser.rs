//! What must be the same natively and in a tab. Each test runs in both: natively with all others, and in headless
//! Chrome by `cargo xtask test`.

#[cfg(target_family = "wasm")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

use rejoin::base::Rng;

#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_family = "wasm"), test)]
fn a_seed_draws_the_same_numbers_everywhere() {
    let mut draws = Rng::new(7).fork("network");
    let drawn: Vec<u64> = (0..3).map(|_| draws.next_u64()).collect();
    assert_eq!(drawn, [7163559982511613871, 14530351830915147309, 5647352276026580808]);
}
