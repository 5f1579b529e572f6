//! Backups that a run takes itself, by a schedule or by a line of its story, are taken in parts as well.

use super::verification::{make_all, verify_all};
use super::{focus, label};
use rejoin::base::Time;
use rejoin::session::{Contents, Session, StepKind, Taken};

/// Schedules and lines, several at a moment, one of which is refused, in a run that a restore changes.
const STORY: &str = "seed 5
topic orders partitions=3
producer web topic=orders rate=300/s keys=50
group checkout reset=earliest
consumer c1 c2 group=checkout topics=orders process=1ms
at 2s backup schedule every=3s
at 2s backup schedule every=6s type=full
at 5s kill c2
at 5s backup incremental
at 5s backup full none
at 11s backup differential
at 12s restore apply latest
at 26s backup schedule off
at 26s backup full orders
at 27s kill c1
";

fn open(in_parts: bool) -> Session {
    let mut session = Session::open(STORY).expect("a story");
    if in_parts {
        session.verify_in_parts(1..u64::MAX);
    }
    session
}

/// Takes what is being taken, as the page does: whether something was.
fn taken(session: &mut Session) -> bool {
    let begun = session.is_taking();
    while session.is_taking() {
        assert!(make_all(session).0 > 0, "in parts");
        let now = session.now();
        assert!(matches!(session.finish_taking(), Some(Taken::Next)));
        assert!(session.now() >= now);
    }
    begun
}

/// Lets time go on in frames; how many of them came upon a backup.
fn play(session: &mut Session, until_ms: u64) -> u32 {
    let (until, mut upon) = (Time::from_ms(until_ms), 0);
    while session.now() < until {
        let frame = Time::from_ms(session.now().ms() + 97).min(until);
        session.advance_to(frame);
        assert!(session.is_taking() || session.now() == frame);
        upon += u32::from(taken(session));
    }
    // Several backups, and lines after them, may be due at the last moment.
    while session.is_taking() || {
        session.advance_to(until);
        session.is_taking()
    } {
        upon += u32::from(taken(session));
    }
    upon
}

/// That both are the same run with the same backups.
fn same(at_once: &mut Session, in_parts: &mut Session) {
    verify_all(in_parts);
    let (one, other) = (at_once.view(&focus()), in_parts.view(&focus()));
    assert_eq!((&one.run, &one.story.text), (&other.run, &other.story.text));
    assert_eq!(one.happened, other.happened);
    assert_eq!((&one.backups, &one.measures), (&other.backups, &other.measures));
    for backup in &one.backups.backups {
        assert_eq!(at_once.archive(&backup.label), in_parts.archive(&backup.label));
    }
}

#[test]
fn a_run_whose_backups_are_taken_in_parts_is_the_run_that_takes_them_at_once() {
    let (mut at_once, mut in_parts) = (open(false), open(true));
    let mut upon = 0;
    for until_ms in [4_000, 5_000, 11_500, 30_000] {
        assert_eq!(play(&mut at_once, until_ms), 0);
        upon += play(&mut in_parts, until_ms);
        same(&mut at_once, &mut in_parts);
    }
    let backups = at_once.view(&focus()).backups.backups.len() as u32;
    assert!(backups > 7, "{backups} backups");
    assert!(upon > 7, "{upon} frames came upon a backup");
}

#[test]
fn a_step_goes_on_after_a_backup_that_is_taken_in_parts() {
    for kind in StepKind::ALL {
        let (mut at_once, mut in_parts) = (open(false), open(true));
        let mut upon = 0;
        play(&mut at_once, 4_500);
        play(&mut in_parts, 4_500);
        for _ in 0..40 {
            at_once.step(*kind);
            in_parts.step(*kind);
            upon += u32::from(taken(&mut in_parts));
            assert_eq!(at_once.now(), in_parts.now(), "{kind:?}");
        }
        assert!(upon > 0 || *kind == StepKind::Event, "{kind:?} came upon no backup");
        same(&mut at_once, &mut in_parts);
    }
}

#[test]
fn what_a_person_does_while_the_run_takes_a_backup_comes_after_it() {
    let (mut at_once, mut in_parts) = (open(false), open(true));
    at_once.advance_to(Time::from_ms(5_000));
    in_parts.advance_to(Time::from_ms(6_000));
    assert!(in_parts.is_taking() && in_parts.now() == Time::from_ms(5_000));
    in_parts.take_part();
    for session in [&mut at_once, &mut in_parts] {
        session.apply("pause c1 for=2s").expect("it runs");
    }
    assert!(!in_parts.is_taking() && in_parts.finish_taking().is_none());
    same(&mut at_once, &mut in_parts);
    play(&mut at_once, 8_500);
    in_parts.advance_to(Time::from_ms(8_500));
    assert!(in_parts.is_taking());
    let before = label(&in_parts.view(&focus()));
    in_parts.advance_to(Time::from_ms(8_500));
    assert_ne!(label(&in_parts.view(&focus())), before, "time that goes on takes it whole");
    same(&mut at_once, &mut in_parts);
}

/// What storage holds after this session's first backups.
fn stored() -> Contents {
    let mut session = open(false);
    session.advance_to(Time::from_ms(5_000));
    let transaction = session.take_transaction().expect("storage has something to do");
    let manifests = transaction.manifests.iter();
    Contents {
        chunks: transaction.puts.clone(),
        manifests: manifests.filter_map(|(label, bytes)| Some((label.clone(), bytes.clone()?))).collect(),
        catalog: transaction.catalog,
    }
}

/// After a reload the run has none of the logs that the stored backups were taken of: what they hold is read.
#[test]
fn a_backup_onto_one_whose_logs_are_not_at_hand_is_made_in_parts() {
    let whole = stored();
    let mut lost = whole.clone();
    let key = *lost.chunks.iter().max_by_key(|(_, chunk)| chunk.len()).expect("a log").0;
    lost.chunks.remove(&key);
    for (stored, trim) in [(&whole, false), (&whole, true), (&lost, false), (&lost, true)] {
        let (mut at_once, mut in_parts) = (open(false), open(true));
        for session in [&mut at_once, &mut in_parts] {
            session.adopt(stored.clone(), &[]).expect("it was just written");
            verify_all(session);
            session.advance_to(Time::from_ms(4_000));
            if trim {
                session.apply("delete-records orders partition=1 before=40").expect("there are more");
            }
        }
        at_once.advance_to(Time::from_ms(6_500));
        in_parts.advance_to(Time::from_ms(6_500));
        let (mut parts, mut asked) = (0, false);
        while in_parts.is_taking() {
            let made = make_all(&mut in_parts);
            (parts, asked) = (parts + made.0, asked | made.1);
            assert!(matches!(in_parts.finish_taking(), Some(Taken::Next)));
            in_parts.advance_to(Time::from_ms(6_500));
        }
        assert!(parts > 20 && asked, "{parts} parts");
        same(&mut at_once, &mut in_parts);
    }
}
