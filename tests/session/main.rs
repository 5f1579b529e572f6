//! The session: what a person does and sees, without a browser.

mod loading;
mod playing;
mod verification;

use rejoin::base::Time;
use rejoin::session::view::{ConsumerState, Focus, InspectorView, LabView, RestoreStep, Verdict, What};
use rejoin::session::{LoadOptions, Session, StepKind};
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

#[test]
fn the_default_scene_lives_within_seconds() {
    let mut session = open();
    let view = at(&mut session, 10_000);
    assert_eq!(view.stage.consumers.len(), 3);
    assert!(view.stage.consumers.iter().all(|consumer| consumer.state == ConsumerState::Running));
    assert!(view.stage.topics[0].partitions.iter().all(|partition| partition.owner.is_some()));
    assert_eq!(view.run.seed, 7);
    assert_eq!(view.run.hash.len(), 16);
    assert_eq!(view.time.rows.len(), 6);
    assert!(!view.time.shared);
}

#[test]
fn the_picture_of_owners_says_when_a_group_has_none() {
    let text = "topic orders\ngroup g protocol=share\nconsumer c1 group=g topics=orders\nend 20s\n";
    let view = at(&mut Session::open(text).expect("a story"), 10_000);
    assert!(view.time.shared && view.time.rows[0].tenures.is_empty());
}

#[test]
fn a_run_cut_into_frames_is_the_same_run() {
    let mut whole = open();
    let mut frames = open();
    for frame in 1..=1500 {
        frames.advance_to(Time::from_ms(frame * 17));
        if frame % 100 == 0 {
            frames.view(&focus());
        }
    }
    assert_eq!(at(&mut whole, 25_500).run.hash, at(&mut frames, 25_500).run.hash);
}

#[test]
fn the_text_of_a_run_with_acts_gives_the_run_again() {
    let mut session = open();
    at(&mut session, 9_137);
    let line = session.next_consumer();
    assert!(line.starts_with("consumer c4 "), "{line}");
    session.apply(&line).expect("a fourth consumer");
    at(&mut session, 20_001);
    session.apply("kill c2").expect("it runs");
    let view = at(&mut session, 40_000);
    let mut again = Session::open(&view.story.text).expect("the run's text is a story");
    assert_eq!(at(&mut again, 40_000).run.hash, view.run.hash);
}

#[test]
fn a_kill_leaves_partitions_alone_until_the_session_ends_and_one_rebalance() {
    let mut session = open();
    at(&mut session, 30_000);
    session.apply("kill c2").expect("it runs");
    let view = at(&mut session, 30_001);
    let dead = view.stage.consumers.iter().find(|c| &*c.name == "c2").expect("c2 stays on the stage");
    assert_eq!(dead.state, ConsumerState::Killed);
    let lost = dead.uncommitted;
    assert_eq!(view.measures.unowned_now, 2);
    assert!(lost > 0);
    // Session timeout 10 s, then at most one heartbeat interval until the last survivor has heard.
    let view = at(&mut session, 30_000 + 10_000 + 3_000 + 100);
    assert_eq!(view.measures.unowned_now, 0);
    let living = |owner: &Option<Rc<str>>| matches!(owner.as_deref(), Some("c1" | "c3"));
    assert!(view.stage.topics[0].partitions.iter().all(|partition| living(&partition.owner)));
    assert_eq!(at(&mut session, 50_000).measures.reread, lost);
}

#[test]
fn a_refusal_changes_nothing_and_says_why() {
    let mut session = open();
    let before = at(&mut session, 5_000);
    for (line, says) in [
        ("kill c9", "There is no consumer c9."),
        ("start c1", "Consumer c1 is running."),
        ("klil c1", "Found klil, expected a command (rejoin help commands lists them). Did you mean kill?"),
        ("restore data latest", "There is no backup yet."),
        ("restore restart", "Restore stop and restore data come first."),
        ("end 70s", "End 70s has its place in the text of the story: edit it there."),
    ] {
        assert_eq!(session.apply(line).expect_err(line).as_ref(), says);
    }
    let after = session.view(&focus());
    assert_eq!((after.run.hash.clone(), &after.story.text), (before.run.hash.clone(), &before.story.text));
    let (_, line, why) = &after.story.refused[0];
    assert_eq!((&**line, &**why), ("kill c9", "There is no consumer c9."));
}

#[test]
fn back_up_export_lose_everything_import_restore_and_go_on() {
    let mut session = open();
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let view = session.view(&focus());
    let label = label(&view);
    assert_eq!(view.backups.backups[0].verdict, Verdict::Holds, "verified at once, every byte");
    assert!(!view.backups.backups[0].saved, "not before storage says so");
    let transaction = session.take_transaction().expect("storage has something to do");
    assert!(transaction.put_bytes() > 0);
    session.saved(Ok(()));
    assert!(session.view(&focus()).backups.backups[0].saved);
    session.export(&label).expect("it is exported");
    let [exported] = &session.take_exported()[..] else { panic!("one archive") };
    let (name, archive) = (exported.file.clone(), exported.bytes.clone());
    assert_eq!(*name, *format!("rejoin-{label}.zip"));

    session.apply("delete topic orders").expect("it is there");
    session.apply(&format!("backup delete {label}")).expect("nothing builds on it");
    at(&mut session, 25_000);
    assert!(session.view(&focus()).backups.backups.is_empty());

    assert_eq!(session.import(&name, archive).expect("its own archive"), std::slice::from_ref(&label));
    session.choose_restore(Some(&label));
    let restore = session.view(&focus()).backups.restore.clone().expect("it was chosen");
    assert_eq!(restore.step, RestoreStep::Stop);
    assert_eq!(restore.running.len(), 3);
    let refused = session.apply(&format!("restore data {label}")).expect_err("consumers run");
    assert!(refused.contains("comes first"), "{refused}");
    session.apply(&format!("restore stop {label}")).expect("they run");
    at(&mut session, 27_000);
    session.apply(&format!("restore data {label}")).expect("they are stopped");
    session.apply("restore restart").expect("data is restored");
    let ends = |view: &LabView| view.stage.topics[0].partitions.iter().map(|log| log.end).sum::<i64>();
    let restored = ends(&session.view(&focus()));
    let view = at(&mut session, 40_000);
    // 13 s at 200 records/s: the producer waited for its topic, and makes up for nothing.
    assert!((2_590..=2_601).contains(&(ends(&view) - restored)), "{restored} {}", ends(&view));
    let restore = view.backups.restore.clone().expect("it is under way or done");
    assert_eq!(restore.step, RestoreStep::Done);
    for row in &restore.proof {
        assert_eq!(row.digest_equal, Some(true), "{}-{}", row.topic, row.partition);
        assert_eq!(row.first.as_ref().map(|(offset, _)| *offset), row.expected_first);
    }
    assert!(view.happened.events.iter().any(|event| matches!(event.what, What::RestoreProven(_))));
    assert_eq!(view.measures.skipped, 0);
}

#[test]
fn what_is_not_an_archive_is_refused_and_nothing_is_kept() {
    let mut session = open();
    at(&mut session, 1_000);
    let noise: Vec<u8> = (0..3_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let refused = session.import("noise.zip", noise[..].into()).expect_err("noise is no archive");
    assert!(refused.starts_with("Import refused, nothing was changed: "), "{refused}");
    assert!(session.view(&focus()).backups.backups.is_empty());
    assert_eq!(session.take_transaction(), None);
}

#[test]
fn a_file_becomes_records_and_its_bad_lines_are_named() {
    let mut session = open();
    at(&mut session, 1_000);
    let file = b"{\"id\":\"a\",\"n\":1}\nnot json\n{\"id\":\"b\",\"n\":2}\n".to_vec();
    let options = LoadOptions {
        topic: "uploads".into(),
        partitions: Some(2),
        format: Some("jsonl".into()),
        key: Some("id".into()),
        ..LoadOptions::default()
    };
    let summary = session.load_file("events.jsonl", file, &options).expect("two lines are good");
    assert_eq!((summary.records, summary.refused), (2, 1));
    assert_eq!(summary.named[0].0, 2);
    let binary = session.load_file("picture.png", vec![0x89, b'P', 0, 1], &options);
    assert!(binary.expect_err("a zero byte").contains("binary"));
}

#[test]
fn a_step_ends_on_a_whole_millisecond_that_the_clock_can_name() {
    let mut session = open();
    at(&mut session, 20_000);
    for kind in StepKind::ALL {
        let before = session.now();
        session.step(*kind);
        assert!(session.now() > before, "{kind:?}");
        assert_eq!(session.now().us() % 1000, 0, "{kind:?}");
    }
}

#[test]
fn a_group_of_the_consumer_protocol_shows_its_epochs_and_what_each_member_must_give_up() {
    let mut session = Session::open(
        "seed 7\ntopic orders partitions=6\nproducer web topic=orders rate=200/s\n\
         group checkout protocol=consumer\nconsumer c1 group=checkout topics=orders process=2ms\n\
         at 8s consumer c2 group=checkout topics=orders process=2ms",
    )
    .expect("a story");
    let group = |session: &mut Session, ms: u64| {
        session.advance_to(Time::from_ms(ms));
        match &*session.view(&Focus::Group("checkout".into())).inspector {
            InspectorView::Group(facts) => {
                (facts.state.name(), facts.consumer.clone().expect("its protocol"))
            }
            other => panic!("{other:?}"),
        }
    };
    let (state, before) = group(&mut session, 7_999);
    assert_eq!((state, before.members.len()), ("Stable", 1));
    let rebalances = session.view(&focus()).measures.rebalances;
    assert_eq!(rebalances, before.epoch as u64 - 1);
    let mut seen = Vec::new();
    for ms in 8_000..20_000 {
        let (state, now) = group(&mut session, ms);
        seen.push(state);
        let stage = session.view(&focus()).stage;
        let c1 = now
            .members
            .iter()
            .find(|member| member.consumer.as_deref() == Some("c1"))
            .expect("it is a member");
        assert_eq!(stage.moves.len(), c1.gives_up().len());
        let measures = session.view(&focus()).measures;
        assert_eq!(measures.rebalancing, state != "Stable", "at {ms} ms");
        for of in &stage.moves {
            assert_eq!(of.to.as_deref(), Some("c2"));
            assert!(c1.current.contains(&of.partition) && !c1.target.contains(&of.partition));
        }
    }
    seen.dedup();
    assert!(seen.starts_with(&["Stable", "Reconciling"]) && seen.ends_with(&["Stable"]), "{seen:?}");
    let (_, after) = group(&mut session, 20_000);
    assert!(after.epoch > before.epoch && after.assignment_epoch == after.epoch);
    let view = session.view(&focus());
    assert_eq!(view.measures.rebalances, rebalances + 1);
    assert!(view.happened.events.iter().any(|of| {
        matches!(&of.what, What::Reconciled(group, epoch, 2, took)
            if **group == *"checkout" && *epoch == after.epoch && took.ms() > 1_000)
    }));
    assert!(after.members.iter().all(|member| member.epoch == after.epoch && member.current.len() == 3));
}

#[test]
fn a_share_group_shows_how_far_each_partition_is_and_who_has_which_records() {
    let mut session = Session::open(
        "seed 11\ntopic jobs partitions=2\n\
         group work protocol=share reset=earliest process=20ms max-poll-records=20 lock-duration=8s\n\
         consumer w1 w2 group=work topics=jobs\nat 10s produce topic=jobs count=100 keys=50\nat 10100ms kill w1",
    )
    .expect("a story");
    let mut held = 0;
    for ms in (10_000..11_000).step_by(10) {
        session.advance_to(Time::from_ms(ms));
        let view = session.view(&Focus::Consumer("w1".into()));
        let InspectorView::Consumer(detail) = &*view.inspector else { panic!("{:?}", view.inspector) };
        let own: i64 = detail.acquired.iter().map(|of| of.to - of.from).sum();
        assert_eq!(own as u64, detail.view.acquired, "at {ms} ms");
        held = held.max(own);
        for (group, share) in &view.stage.shares {
            let mut partitions = view.stage.topics[0].partitions.iter();
            let partition = partitions.find(|of| of.partition == share.partition).expect("it is there");
            assert_eq!((&**group, view.stage.share_of(partition)), ("work", Some(share)));
            let window: i64 = share.window.iter().map(|range| range.to - range.from).sum();
            assert_eq!(window, share.end - share.start);
        }
    }
    assert!(held > 0, "w1 never had a record");
    // The dead one's session ends after 45 s, and what it was to read goes to the other.
    let view = at(&mut session, 90_000);
    let done: u64 = view.stage.shares.iter().map(|(_, share)| share.acknowledged).sum();
    let again: u64 = view.stage.shares.iter().map(|(_, share)| share.redelivered).sum();
    assert_eq!((done, view.stage.shares.len()), (100, 2));
    assert!(again > 0, "what w1 had when it died was delivered again");
}

#[test]
fn a_chain_is_shown_planned_restored_to_a_moment_and_undone() {
    let (mut session, focus) = (open(), focus());
    session.advance_to(Time::from_ms(20_000));
    session.apply("backup full").expect("a full");
    session.advance_to(Time::from_ms(30_000));
    session.apply("backup incremental").expect("an incremental");
    session.advance_to(Time::from_ms(35_000));
    session.apply("backup full").expect("another full");
    let backups = session.view(&focus).backups.clone();
    let shape: Vec<_> = backups.backups.iter().map(|b| (b.kind, b.depth, b.prior.clone())).collect();
    let [newest, first, on_it] = &backups.backups[..] else { panic!("three backups: {shape:?}") };
    assert_eq!((newest.kind, newest.depth, first.kind, first.depth), ("full", 0, "full", 0));
    assert_eq!((on_it.kind, on_it.depth, &on_it.prior), ("incremental", 1, &Some(first.label.clone())));
    assert!(first.keeps.as_ref().is_some_and(|why| why.contains(&*on_it.label)));
    assert!(backups.backups.iter().all(|b| b.broken.is_none()));

    let label = on_it.label.clone();
    session.choose_restore(Some(&label));
    session.plan_restore(&format!("restore stop {label} at=900s"));
    let plan = session.view(&focus).backups.plan.clone().expect("it was asked for");
    assert!(plan.table.as_ref().is_err_and(|why| why.contains("this chain reaches")), "{:?}", plan.table);
    assert_eq!(plan.windows.len(), 1, "{:?}", plan.windows);
    session.plan_restore(&format!("restore stop {label} at=25s"));
    let plan = session.view(&focus).backups.plan.clone().expect("it was asked for");
    let table = plan.table.as_ref().expect("a moment of the chain");
    assert!(table.rows.iter().all(|row| row.outcomes.len() == table.strategies.len()));
    assert!(table.again > 0, "ten seconds are read again");
    session.plan_restore("restore stop");
    assert!(session.view(&focus).backups.plan.is_none(), "a line that cannot be read has no plan");

    session.apply(&plan.line).expect("the first step");
    session.advance_to(Time::from_ms(36_000));
    session.apply(&format!("restore data {label}")).expect("the second step");
    assert!(session.view(&focus).backups.restore.as_ref().is_some_and(|of| of.can_be_undone && !of.undoes));
    session.apply("restore restart").expect("the third step");
    session.advance_to(Time::from_ms(60_000));
    session.apply("restore undo").expect("what was there is kept");
    session.advance_to(Time::from_ms(90_000));
    let restore = session.view(&focus).backups.restore.clone().expect("the undo is a restore");
    assert!(restore.undoes && restore.step == RestoreStep::Done, "{restore:?}");
}

#[test]
fn a_dry_run_is_shown_until_the_backups_change() {
    let (mut session, focus) = (open(), focus());
    for second in [20, 25, 30] {
        session.advance_to(Time::from_ms(second * 1000));
        session.apply("backup full").expect("a full");
    }
    session.apply("backup retain full=1 dry-run=yes").expect("a rule");
    let view = session.view(&focus).backups.clone();
    let dry_run = view.dry_run.clone().expect("it was asked for");
    assert_eq!(&*dry_run.line, "backup retain full=1");
    assert_eq!(dry_run.fates.iter().map(|(_, goes, _)| *goes).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(view.backups.len(), 3, "nothing is deleted by it");
    session.apply(&dry_run.line).expect("the same rule");
    let view = session.view(&focus).backups.clone();
    assert_eq!((view.backups.len(), view.dry_run.is_none()), (1, true));
    session.apply("backup schedule every=10s").expect("a schedule");
    assert_eq!(session.view(&focus).backups.schedules.len(), 1);
    session.apply("backup schedule off").expect("none");
    assert!(session.view(&focus).backups.schedules.is_empty());
}
