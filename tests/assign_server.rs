//! What every server-side assignor owes, checked over all of them.

#![cfg(not(target_family = "wasm"))]

use proptest::collection::vec;
use proptest::prelude::*;
use rejoin::assign::server::{Kind, SERVER, debts, for_groups};
use rejoin::assign::target::{Group, GroupMember, GroupTopic, Run, Share};
use rejoin::base::Uuid;
use std::rc::Rc;

const NAMES: [&str; 5] = ["orders", "payments", "a", "t10", "t2"];

/// Up to five topics of up to twenty partitions, and up to thirty members that have what an assignor gave them before and
/// subscribe to other topics now; in half of the cases all subscribe alike.
fn groups() -> impl Strategy<Value = Group> {
    let topics = vec((1..=20i32, any::<[u8; 16]>()), 1..=5);
    let members = vec((1..32u8, 1..32u8, any::<bool>()), 1..=30);
    (topics, members, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(topics, members, alike, was, share)| {
            let known = topics.len();
            let topics: Vec<GroupTopic> = topics
                .into_iter()
                .zip(NAMES)
                .map(|((partitions, id), name)| GroupTopic { name: name.into(), id: Uuid(id), partitions })
                .collect();
            let subscription = |mask: u8| -> Rc<[u32]> {
                let names: Vec<u32> = (0..known as u32).filter(|topic| mask & 1 << topic != 0).collect();
                if names.is_empty() { [0].into() } else { names.into() }
            };
            let member = |(i, &(before, now, fixed)): (usize, &(u8, u8, bool)), old: bool| GroupMember {
                id: format!("m-{}", i * 7 % 31).into(),
                instance: fixed.then(|| format!("i-{}", 40 - i).into()),
                topics: subscription(match (old, was, alike) {
                    (true, true, _) | (false, _, true) => members[0].1,
                    (true, false, _) => before,
                    (false, _, false) => now,
                }),
                target: Share::empty(),
            };
            let mut group = Group { topics, alike: was, ..Group::default() };
            group.members = members.iter().enumerate().step_by(2).map(|entry| member(entry, true)).collect();
            let before = for_groups(
                if share { Kind::Share } else { Kind::Consumer },
                if share { "simple" } else { "uniform" },
            );
            let targets = (before.expect("it is there").assign)(&group);
            group.alike = alike;
            group.members = members
                .iter()
                .enumerate()
                .skip(3)
                .chain(members.iter().enumerate().take(1))
                .map(|entry| {
                    let target = entry.0.is_multiple_of(2).then(|| targets[entry.0 / 2].clone()).flatten();
                    GroupMember { target: target.unwrap_or_else(Share::empty), ..member(entry, false) }
                })
                .collect();
            group
        },
    )
}

proptest! {
    #[test]
    fn every_server_side_assignor_keeps_its_word(group in groups()) {
        for assignor in SERVER {
            // A share group's target has partitions twice; nobody hands that to an assignor of consumer groups.
            let mut group = group.clone();
            if assignor.kind == Kind::Consumer {
                let mut taken: Vec<(u32, i32)> = Vec::new();
                for member in &mut group.members {
                    let mut runs = Vec::new();
                    for (topic, numbers) in member.target.by_topic() {
                        for number in numbers {
                            if !taken.contains(&(topic, number)) {
                                taken.push((topic, number));
                                runs.push(Run { topic, first: number, count: 1 });
                            }
                        }
                    }
                    member.target = Share::new(runs);
                }
            }
            let targets = (assignor.assign)(&group);
            let debts = debts(assignor, &group, &targets);
            prop_assert!(debts.is_empty(), "{}: {debts:#?}", assignor.name);
            prop_assert_eq!(targets, (assignor.assign)(&group), "{} answers the same twice", assignor.name);
        }
    }
}

#[test]
fn each_debt_is_found() {
    let topic = |name: &str, partitions| GroupTopic { name: name.into(), id: Uuid::ZERO, partitions };
    let member = |id: &str, topics: &[u32]| GroupMember {
        id: id.into(),
        instance: None,
        topics: topics.into(),
        target: Share::empty(),
    };
    let group = Group {
        topics: vec![topic("a", 4), topic("b", 1)],
        members: vec![member("m", &[0]), member("n", &[0, 1])],
        ..Group::default()
    };
    let share = |runs: &[(u32, i32, i32)]| {
        Some(Share::new(runs.iter().map(|&(topic, first, count)| Run { topic, first, count }).collect()))
    };
    let cases = [
        (vec![share(&[(0, 0, 2)]), share(&[(0, 2, 2), (1, 0, 1)])], vec![]),
        (vec![share(&[(0, 0, 2)]), share(&[(0, 2, 2)])], vec!["b-0 belongs to nobody"]),
        (vec![share(&[(0, 0, 2)]), None], vec!["n is not answered", "a-2 belongs to nobody"]),
        (
            vec![share(&[(0, 0, 2), (1, 0, 1)]), share(&[(0, 2, 2)])],
            vec!["m has b-0 and does not subscribe to its topic"],
        ),
        (
            vec![share(&[(0, 0, 3)]), share(&[(0, 2, 2), (1, 0, 2)])],
            vec!["n has b-1, which does not exist", "a-2 belongs to [\"m\", \"n\"]"],
        ),
        (vec![share(&[(0, 0, 3)]), share(&[(0, 3, 1), (1, 0, 1)])], vec!["a is shared out as [3, 1]"]),
        (vec![], vec!["0 answers for 2 members"]),
    ];
    let range = for_groups(Kind::Consumer, "range").expect("range is there");
    for (targets, expected) in cases {
        let found = debts(range, &group, &targets);
        assert_eq!(
            found.iter().map(String::as_str).take(expected.len().max(1)).collect::<Vec<_>>(),
            expected
        );
    }
    assert!(for_groups(Kind::Share, "range").is_none(), "share groups have their own");
}

#[test]
fn a_line_that_cannot_be_answered_is_named() {
    let cases = [
        (
            r#"{"id":1,"a":"uniform","topics":[],"members":[]}"#,
            "type is not HOMOGENEOUS or HETEROGENEOUS: null",
        ),
        (
            r#"{"id":1,"a":"simple","type":"HOMOGENEOUS","topics":[["t","x",1]],"members":[]}"#,
            "topic t: not an id: \"x\"",
        ),
        (
            r#"{"id":1,"a":"simple","type":"HOMOGENEOUS","topics":[],"members":[["m",{"t":[],"target":[["t",[-1]]]}]]}"#,
            "not the number of a partition in a target",
        ),
    ];
    for (line, message) in cases {
        let error = rejoin::assign::wire::answer(line.as_bytes(), std::io::sink()).expect_err(line);
        assert_eq!(error.to_string(), format!("line 1: {message}"));
    }
}
