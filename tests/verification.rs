//! Backups are verified in parts, with digests from outside, while the session goes on.

use rejoin::base::Time;
use rejoin::session::view::{Focus, LabView, Verdict, What};
use rejoin::session::{Progress, Session, sha256};
use std::rc::Rc;

fn open() -> Session {
    Session::open(Session::examples()[0].text).expect("the default scene is a story")
}

fn focus() -> Focus {
    Focus::Partition("orders".into(), 0)
}

fn at(session: &mut Session, ms: u64) -> LabView {
    session.advance_to(Time::from_ms(ms));
    session.view(&focus())
}

fn label(view: &LabView) -> Rc<str> {
    view.backups.backups.first().expect("a backup").label.clone()
}

/// What is said of the newest backup.
fn verdict(session: &mut Session) -> Verdict {
    session.view(&focus()).backups.backups[0].verdict.clone()
}

/// Verifies until a digest is wanted, and gives its number.
fn wanted(session: &mut Session) -> u64 {
    while session.verify_part().expect("there is something to verify") != Progress::Hash {}
    session.to_hash().expect("the bytes of a file").0
}

/// Verifies all that is to be verified; the most that was said to be read on the way.
fn verify_all(session: &mut Session) -> u32 {
    let mut most = 0;
    while let Some(progress) = session.verify_part() {
        if progress == Progress::Waits {
            let (number, bytes) = session.to_hash().expect("the bytes of a file");
            let digest = sha256(bytes);
            session.hashed(number, digest);
        }
        for backup in &session.view(&focus()).backups.backups {
            if let Verdict::Reading(percent) = backup.verdict {
                most = most.max(percent);
            }
        }
    }
    most
}

#[test]
fn backups_are_verified_in_parts_beside_everything_else() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    assert_eq!(verdict(&mut session), Verdict::Reading(0), "nothing is read on the spot");
    wanted(&mut session);
    at(&mut session, 21_000);
    assert!(verify_all(&mut session) > 90);
    assert_eq!(verdict(&mut session), Verdict::Holds);
    assert!(!session.is_verifying() && session.verify_part().is_none());

    let label = label(&session.view(&focus()));
    session.ask_verify(&label);
    let text = session.view(&focus()).story.text.clone();
    let number = wanted(&mut session);
    session.stop_verify(None);
    assert!(!session.is_verifying());
    assert_eq!(verdict(&mut session), Verdict::Holds, "what was known of it");
    assert_eq!(session.view(&focus()).story.text, text, "nothing came of it");

    session.ask_verify(&label);
    assert_ne!(wanted(&mut session), number);
    session.hashed(number, sha256(b"too late"));
    verify_all(&mut session);
    let view = session.view(&focus());
    assert_eq!(view.backups.backups[0].verdict, Verdict::Holds, "a late digest is not taken for another");
    assert!(view.story.text.contains(&format!("backup verify {label}")), "it is a command of the run");
    assert!(view.happened.events.iter().any(|event| matches!(event.what, What::Verified(_, 0))));
}

#[test]
fn a_digest_from_outside_that_is_wrong_is_damage() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let number = wanted(&mut session);
    session.hashed(number, sha256(b"another file"));
    verify_all(&mut session);
    let Verdict::Damaged(findings) = verdict(&mut session) else { panic!("{:?}", verdict(&mut session)) };
    assert!(findings.iter().any(|line| line.contains("does not match its digest")), "{findings:?}");
}

#[test]
fn what_is_deleted_undone_or_taken_over_while_it_is_verified_is_read_anew() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let label = label(&session.view(&focus()));
    let archive = session.archive(&label).expect("it is there");
    wanted(&mut session);
    session.apply(&format!("backup delete {label}")).expect("nothing builds on it");
    assert!(!session.is_verifying(), "there is nothing to read");
    assert!(session.view(&focus()).backups.backups.is_empty());

    session.import("undone.zip", &archive).expect("it was just written");
    assert_eq!(verdict(&mut session), Verdict::Reading(0), "what comes back is read from its beginning");
    verify_all(&mut session);
    assert_eq!(verdict(&mut session), Verdict::Holds);
    session.apply(&format!("backup delete {label}")).expect("nothing builds on it");
    drop(session.take_transaction());
    session.saved(Ok(()));

    session.apply("backup full").expect("there is something to back up");
    let mut stored = rejoin::session::Contents::default();
    let transaction = session.take_transaction().expect("storage has something to do");
    stored.chunks = transaction.puts.clone();
    stored.catalog = transaction.catalog.clone();
    let manifests = transaction.manifests.iter();
    stored.manifests = manifests.filter_map(|(label, bytes)| Some((label.clone(), bytes.clone()?))).collect();
    let number = wanted(&mut session);
    session.adopt(stored, &[]).expect("it was just written");
    assert_eq!(verdict(&mut session), Verdict::Reading(0), "what storage held is verified in parts too");
    assert_ne!(wanted(&mut session), number);
    verify_all(&mut session);
    assert_eq!(verdict(&mut session), Verdict::Holds);
}
