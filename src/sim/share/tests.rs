//! The state machine of a share partition: each transition by a case, and all of them against a model that knows every
//! record by itself.

use super::partition::SharePartition;
use super::record::{Ack, Acquired, Fate, Freed, Limits, State, Verdict, Want};
use crate::base::{Rng, Span, Time};
use crate::group::ErrorCode;
use crate::sim::network::Address;

const A: Address = Address { consumer: 0, process: 1 };
const B: Address = Address { consumer: 1, process: 1 };
const LIMITS: Limits = Limits { lock: Span::from_secs(30), deliveries: 5, locks: 200, write: Span::ZERO };

fn at(seconds: u64) -> Time {
    Time::from_ms(seconds * 1000)
}

fn want(max: u32) -> Want {
    Want { max, exact: false }
}

/// A log that ends at `end`, of batches of ten records.
fn log(end: i64) -> impl Fn(i64, u32) -> i64 {
    move |from, room| ((from + i64::from(room) + 9) / 10 * 10).min(end).max(from)
}

fn ack(first: i64, last: i64, verdict: Verdict) -> Ack {
    Ack { first, last, verdict }
}

/// The records that a fetch of `by` is given of a log of `end` records, as (first, last, delivery count).
fn take(of: &mut SharePartition, now: Time, by: Address, max: u32, end: i64) -> Vec<(i64, i64, u16)> {
    let given = of.acquire(now, by, want(max), &LIMITS, log(end));
    assert_eq!(of.sound(&LIMITS), Ok(()));
    given.into_iter().map(|Acquired { first, last, count }| (first, last, count)).collect()
}

#[test]
fn what_is_new_is_given_in_whole_batches_of_the_log_and_exactly_by_record_limit() {
    for (name, exact, max, end, given) in [
        ("a whole batch for a record", false, 1, 40, 10),
        ("two batches for fifteen", false, 15, 40, 20),
        ("what there is", false, 500, 35, 35),
        ("nothing", false, 500, 0, 0),
        ("exactly so many", true, 15, 40, 15),
    ] {
        let mut of = SharePartition::new(0);
        let found = of.acquire(at(0), A, Want { max, exact }, &LIMITS, log(end));
        assert_eq!(found.iter().map(|of| of.last + 1).sum::<i64>(), given, "{name}");
        assert_eq!((of.end(), of.start(), of.next_fetch()), (given, 0, given), "{name}");
    }
}

#[test]
fn the_window_grows_to_the_number_of_locks_and_no_further() {
    let mut of = SharePartition::new(0);
    assert_eq!(take(&mut of, at(0), A, 500, 1000), [(0, 199, 1)]);
    assert!(!of.can_acquire(&LIMITS));
    assert_eq!(take(&mut of, at(0), B, 500, 1000), []);
    of.acknowledge(at(1), A, &[ack(0, 9, Verdict::Accept)], &LIMITS).expect("it is A's");
    assert!(of.can_acquire(&LIMITS));
    assert_eq!(take(&mut of, at(1), B, 500, 1000), [(200, 209, 1)]);
    assert_eq!(
        of.held(A).map(|(of, until)| (of.first, of.last, until)).collect::<Vec<_>>(),
        [(10, 199, at(30))]
    );
}

#[test]
fn each_verdict_has_its_state_and_the_start_passes_what_is_done() {
    let cases: [(&str, Verdict, Option<Fate>, State, i64); 5] = [
        ("accept", Verdict::Accept, None, State::Acknowledged, 3),
        ("reject", Verdict::Reject, Some(Fate::Rejected), State::Archived, 3),
        ("gap", Verdict::Gap, None, State::Archived, 3),
        ("release", Verdict::Release, Some(Fate::Available), State::Available, 0),
        ("renew", Verdict::Renew, None, State::Acquired { by: A, until: at(40) }, 0),
    ];
    for (name, verdict, fate, state, start) in cases {
        let mut of = SharePartition::new(0);
        take(&mut of, at(0), A, 10, 10);
        let freed = of.acknowledge(at(10), A, &[ack(0, 2, verdict)], &LIMITS).expect(name);
        let expected: Vec<Freed> =
            fate.map(|fate| Freed { by: A, first: 0, last: 2, fate }).into_iter().collect();
        assert_eq!(freed, expected, "{name}");
        assert_eq!(of.start(), start, "{name}");
        let seen = of.runs().iter().find(|run| run.from == 0).map_or(state, |run| run.state);
        assert_eq!(seen, state, "{name}");
        assert_eq!(of.sound(&LIMITS), Ok(()), "{name}");
        // In the middle: the start waits for what lies before.
        let mut of = SharePartition::new(0);
        take(&mut of, at(0), A, 10, 10);
        of.acknowledge(at(10), A, &[ack(4, 5, verdict)], &LIMITS).expect(name);
        assert_eq!((of.start(), of.runs()[1].state), (0, state), "{name}");
    }
}

#[test]
fn only_who_has_a_record_acknowledges_it_and_a_refused_request_changes_nothing() {
    use Verdict::{Accept, Release};
    let mut of = SharePartition::new(0);
    take(&mut of, at(0), A, 10, 20);
    take(&mut of, at(0), B, 10, 20);
    of.acknowledge(at(1), A, &[ack(0, 0, Accept), ack(5, 6, Release)], &LIMITS).expect("they are A's");
    let before = of.clone();
    for (name, by, acks, error) in [
        ("another's", B, vec![ack(1, 1, Accept)], ErrorCode::INVALID_RECORD_STATE),
        ("partly another's", A, vec![ack(8, 12, Accept)], ErrorCode::INVALID_RECORD_STATE),
        (
            "one good and one bad",
            A,
            vec![ack(1, 2, Accept), ack(5, 5, Accept)],
            ErrorCode::INVALID_RECORD_STATE,
        ),
        ("released", A, vec![ack(6, 6, Release)], ErrorCode::INVALID_RECORD_STATE),
        ("never fetched", A, vec![ack(20, 20, Accept)], ErrorCode::INVALID_REQUEST),
        ("backwards", A, vec![ack(3, 2, Accept)], ErrorCode::INVALID_REQUEST),
        ("twice", A, vec![ack(1, 3, Accept), ack(3, 4, Accept)], ErrorCode::INVALID_REQUEST),
    ] {
        assert_eq!(of.acknowledge(at(2), by, &acks, &LIMITS), Err(error), "{name}");
        assert_eq!(of, before, "{name}");
    }
    // What lies below the start is done, whatever is said of it.
    assert_eq!(of.acknowledge(at(2), B, &[ack(0, 0, Accept)], &LIMITS), Ok(Vec::new()));
    assert_eq!(of, before);
}

#[test]
fn a_lock_that_is_over_makes_records_available_and_the_late_acknowledgement_is_refused() {
    let mut of = SharePartition::new(0);
    take(&mut of, at(0), A, 10, 10);
    assert_eq!(of.next_deadline(), Some(at(30)));
    assert_eq!(of.expire(at(29), &LIMITS), []);
    let freed = of.expire(at(30), &LIMITS);
    assert_eq!(freed, [Freed { by: A, first: 0, last: 9, fate: Fate::Available }]);
    assert_eq!((of.next_fetch(), of.tally().timeouts, of.next_deadline()), (0, 10, None));
    let late = of.acknowledge(at(31), A, &[ack(0, 9, Verdict::Accept)], &LIMITS);
    assert_eq!(late, Err(ErrorCode::INVALID_RECORD_STATE));
    assert_eq!(take(&mut of, at(31), B, 1, 10), [(0, 9, 2)], "the batch whole, though one was asked for");
}

#[test]
fn a_closed_session_gives_back_what_its_member_has_and_nothing_else() {
    let mut of = SharePartition::new(0);
    take(&mut of, at(0), A, 10, 30);
    take(&mut of, at(0), B, 10, 30);
    of.acknowledge(at(1), A, &[ack(2, 3, Verdict::Accept)], &LIMITS).expect("they are A's");
    let freed = of.release(at(1), A, &LIMITS);
    assert_eq!(freed.iter().map(|of| (of.first, of.last)).collect::<Vec<_>>(), [(0, 1), (4, 9)]);
    assert_eq!(of.held(B).count(), 1);
    assert_eq!(take(&mut of, at(1), B, 100, 30), [(0, 1, 2), (4, 9, 2), (20, 29, 1)]);
}

#[test]
fn a_batch_that_fails_is_given_in_pieces_its_last_delivery_record_by_record_and_then_it_is_archived() {
    let mut of = SharePartition::new(0);
    let mut now = 0;
    let mut given = Vec::new();
    // Nobody ever acknowledges: every lock ends by itself.
    while of.unread(10) > 0 {
        given.push(take(&mut of, at(now), A, 500, 10));
        now += 30;
        of.expire(at(now), &LIMITS);
    }
    assert_eq!(
        given[..5],
        [vec![(0, 9, 1)], vec![(0, 9, 2)], vec![(0, 9, 3)], vec![(0, 4, 4)], vec![(0, 0, 5)]]
    );
    assert!(given[4..].iter().all(|of| of.len() == 1 && of[0].2 >= 4), "{given:?}");
    let alone = given.iter().flatten().filter(|of| of.2 == 5);
    assert!(alone.clone().all(|of| of.0 == of.1) && alone.count() == 10, "{given:?}");
    assert_eq!((of.start(), of.tally().exhausted, of.tally().acknowledged), (10, 10, 0));
}

#[test]
fn with_a_limit_of_two_a_batch_is_given_twice_as_it_is() {
    let limits = Limits { deliveries: 2, ..LIMITS };
    let mut of = SharePartition::new(0);
    for count in 1..=2 {
        let given = of.acquire(at(0), A, want(500), &limits, log(10));
        assert_eq!(given, [Acquired { first: 0, last: 9, count }]);
        of.release(at(0), A, &limits);
    }
    assert_eq!((of.start(), of.tally().exhausted), (10, 10));
}

#[test]
fn what_falls_below_the_logs_start_is_given_up() {
    let mut of = SharePartition::new(0);
    take(&mut of, at(0), A, 10, 30);
    of.log_starts(5);
    assert_eq!((of.start(), of.tally().lost), (5, 5));
    assert_eq!(of.acknowledge(at(1), A, &[ack(0, 9, Verdict::Accept)], &LIMITS), Ok(Vec::new()));
    assert_eq!((of.start(), of.tally().acknowledged), (10, 5));
    of.log_starts(25);
    assert_eq!((of.start(), of.end(), of.next_fetch()), (25, 25, 25));
    assert_eq!(of.sound(&LIMITS), Ok(()));
}

#[test]
fn what_becomes_of_records_counts_once_it_is_written() {
    use Verdict::{Accept, Release, Renew};
    let limits = Limits { write: Span::from_ms(1), ..LIMITS };
    let written = at(1) + limits.write;
    let mut of = SharePartition::new(0);
    take(&mut of, at(0), A, 10, 10);
    let acks = [ack(0, 1, Accept), ack(2, 3, Release), ack(4, 4, Accept), ack(5, 5, Renew)];
    of.acknowledge(at(1), A, &acks, &limits).expect("they are A's");
    assert_eq!(
        take(&mut of, at(1), B, 10, 10),
        [],
        "what is released is not given to the fetch that says so"
    );
    assert_eq!((of.start(), of.next_fetch(), of.next_deadline()), (0, 10, Some(written)));
    let again = of.acknowledge(at(1), A, &[ack(2, 2, Release)], &limits);
    assert_eq!(again, Err(ErrorCode::INVALID_RECORD_STATE), "nothing is said twice meanwhile");
    assert_eq!(of.expire(at(1), &limits), []);
    assert!(!of.write(at(1)), "it is not yet time");
    assert!(of.write(written), "the start offset has moved");
    assert_eq!((of.start(), of.next_fetch()), (2, 2));
    assert_eq!(take(&mut of, written, B, 10, 10), [(2, 3, 2)]);
    of.acknowledge(at(2), B, &[ack(3, 3, Release)], &limits).expect("it is B's");
    assert!(!of.write(at(2) + limits.write), "released only: the start offset stays");
    assert_eq!(of.release(at(3), B, &limits).len(), 1);
    assert_eq!(
        take(&mut of, at(3), A, 10, 10),
        [(3, 3, 3)],
        "what a closed session gives back is written as well"
    );
    of.write(at(3) + limits.write);
    assert_eq!(take(&mut of, at(4), A, 10, 10), [(2, 2, 3)]);
    // A lock that is over ends at once.
    assert_eq!(of.expire(at(30), &limits).len(), 1);
    assert_eq!(take(&mut of, at(30), B, 10, 10), [(6, 9, 2)]);
}

/// A record as the model knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Single {
    state: State,
    count: u16,
    written: Option<Time>,
}

/// Every record by itself, without batches: what may be acquired, by whom it is held, what it becomes.
#[derive(Default)]
struct Model {
    records: Vec<Single>,
}

impl Model {
    fn given(&mut self, acquired: &[Acquired], by: Address, until: Time) {
        for of in acquired {
            for offset in of.first..=of.last {
                let fresh = Single { state: State::Available, count: 0, written: None };
                if offset as usize == self.records.len() {
                    self.records.push(fresh);
                }
                let record = &mut self.records[offset as usize];
                let free = (record.state, record.written);
                assert_eq!(free, (State::Available, None), "{offset} is given and is not available");
                record.count += 1;
                assert_eq!(record.count, of.count, "the delivery count of {offset}");
                record.state = State::Acquired { by, until };
            }
        }
    }

    fn write(&mut self, now: Time) {
        self.records.iter_mut().for_each(|record| record.written = record.written.filter(|at| *at > now));
    }

    fn free(&mut self, written: Option<Time>, limits: &Limits, which: impl Fn(Address, Time) -> bool) {
        for record in &mut self.records {
            if let State::Acquired { by, until } = record.state
                && which(by, until)
            {
                record.written = written;
                record.state =
                    if record.count >= limits.deliveries { State::Archived } else { State::Available };
            }
        }
    }

    /// Applies the verdicts if all are allowed.
    fn acknowledge(&mut self, now: Time, by: Address, ack: &Ack, limits: &Limits, start: i64) -> bool {
        let range = ack.first.max(start)..=ack.last;
        let mine = |offset: i64| matches!(self.records.get(offset as usize), Some(Single { state: State::Acquired { by: of, .. }, .. }) if *of == by);
        if !range.clone().all(mine) {
            return false;
        }
        for offset in range {
            let record = &mut self.records[offset as usize];
            record.written = limits.written_at(now).filter(|_| ack.verdict != Verdict::Renew);
            record.state = match ack.verdict {
                Verdict::Accept => State::Acknowledged,
                Verdict::Reject | Verdict::Gap => State::Archived,
                Verdict::Release if record.count >= limits.deliveries => State::Archived,
                Verdict::Release => State::Available,
                Verdict::Renew => State::Acquired { by, until: now + limits.lock },
            };
        }
        true
    }

    fn same(&self, of: &SharePartition) {
        let done = |record: &&Single| record.state.is_final() && record.written.is_none();
        let done = self.records.iter().take_while(done).count() as i64;
        assert_eq!((of.start(), of.end()), (done, self.records.len() as i64));
        for run in of.runs() {
            for offset in run.from..run.to {
                let record = Single { state: run.state, count: run.count, written: run.written };
                assert_eq!(record, self.records[offset as usize], "record {offset}");
            }
        }
    }
}

#[test]
fn random_deeds_give_what_a_model_gives_that_knows_every_record_by_itself() {
    for seed in 0..200 {
        let mut rng = Rng::new(seed).fork("share partition");
        let deliveries = 2 + rng.below(6) as u16;
        let limits = Limits {
            lock: Span::from_ms(1 + rng.below(50)),
            deliveries,
            locks: 20 + rng.below(80) as u32,
            write: Span::from_ms(rng.below(2) * rng.below(30)),
        };
        let (mut of, mut model) = (SharePartition::new(0), Model::default());
        let (mut now, mut end, mut before) = (0, 0, 0);
        for _ in 0..300 {
            now += rng.below(10);
            let time = Time::from_ms(now);
            let by = Address { consumer: rng.below(3) as u32, process: 1 };
            of.write(time);
            model.write(time);
            match rng.below(7) {
                0 => end += rng.below(40) as i64,
                1 | 2 => {
                    let want = Want { max: 1 + rng.below(30) as u32, exact: rng.below(2) == 0 };
                    let given = of.acquire(time, by, want, &limits, log(end));
                    let taken: i64 = given.iter().map(|of| of.last - of.first + 1).sum();
                    assert!(!want.exact || taken <= i64::from(want.max), "seed {seed}: {given:?}");
                    model.given(&given, by, time + limits.lock);
                }
                3 => {
                    of.release(time, by, &limits);
                    model.free(limits.written_at(time), &limits, |of, _| of == by);
                }
                4 => {
                    of.expire(time, &limits);
                    model.free(None, &limits, |_, until| until <= time);
                }
                _ => {
                    let verdicts =
                        [Verdict::Accept, Verdict::Release, Verdict::Reject, Verdict::Renew, Verdict::Gap];
                    let first = of.start() + rng.below(30) as i64 - 5;
                    let ack = ack(
                        first.max(0),
                        first.max(0) + rng.below(8) as i64,
                        verdicts[rng.below(5) as usize],
                    );
                    let start = of.start();
                    let done = of.acknowledge(time, by, &[ack], &limits).is_ok();
                    assert_eq!(
                        done,
                        model.acknowledge(time, by, &ack, &limits, start),
                        "seed {seed}: {ack:?}"
                    );
                }
            }
            assert_eq!(of.sound(&limits), Ok(()), "seed {seed}");
            assert!(of.start() >= before, "seed {seed}: the start offset went back");
            before = of.start();
            model.same(&of);
        }
    }
}
