//! What every assignor owes, checked over all of them.

#![cfg(not(target_family = "wasm"))]

use proptest::collection::vec;
use proptest::prelude::*;
use rejoin::assign::{ALL, Input, Partition, Subscriber, Topic, by_name, owes};
use rejoin::base::TopicPartition;
use std::rc::Rc;

const NAMES: [&str; 5] = ["orders", "payments", "a", "t10", "t2"];
const RACKS: [&str; 3] = ["r0", "r1", "r2"];

/// Up to five topics of up to nine partitions, some with racks, and up to seven members that subscribe to some of them,
/// in half of the cases all to the same; what they claim to own may be any partition that exists.
fn inputs() -> impl Strategy<Value = Input> {
    let topic = (0..=9i32, any::<bool>(), 0..3usize);
    let claims = vec((0..5usize, 0..9i32), 0..6);
    // Kafka's sticky assignors overlook that a member has no topics at all if it comes first, so all have one.
    let member = (1..32u8, 0..4usize, any::<bool>(), claims, proptest::option::of(1..4i32));
    (vec(topic, 1..=5), vec(member, 1..=7), any::<bool>()).prop_map(|(topics, members, alike)| {
        let topics: Vec<Topic> = topics
            .into_iter()
            .zip(NAMES)
            .map(|((n, racks, at), name)| topic_of(name, n, racks, at))
            .collect();
        let first = members[0].0;
        let members = members.into_iter().enumerate().map(|(i, (mask, rack, fixed, claims, generation))| {
            let mut member = member_of(i, if alike { first } else { mask }, rack, fixed);
            let exist = claims
                .into_iter()
                .filter(|&(topic, number)| topics.get(topic).is_some_and(|topic| number < topic.partitions));
            member.owned = exist.map(|(topic, number)| TopicPartition::new(NAMES[topic], number)).collect();
            member.generation = generation;
            member
        });
        let mut members: Vec<Subscriber> = members.collect();
        // Kafka's sticky assignors send partitions back to an owner of an earlier generation, subscribed or not.
        let latest = members.iter().map(|member| member.generation).max().expect("members");
        for member in members.iter_mut().filter(|member| member.generation != latest) {
            let Subscriber { topics, owned, .. } = member;
            owned.retain(|partition| topics.contains(&partition.topic));
        }
        // A leader knows nothing of topics to which nobody subscribes.
        let mut topics = topics;
        for topic in topics.iter_mut().filter(|t| !members.iter().any(|m| m.topics.contains(&t.name))) {
            topic.partitions = 0;
        }
        Input::new(topics, &members)
    })
}

fn topic_of(name: &str, partitions: i32, racks: bool, first: usize) -> Topic {
    let replicas = |p: i32| vec![Rc::from(RACKS[(first + p as usize) % 3])];
    Topic { name: name.into(), partitions, racks: racks.then(|| (0..partitions).map(replicas).collect()) }
}

fn member_of(i: usize, mask: u8, rack: usize, fixed: bool) -> Subscriber {
    let topics =
        NAMES.iter().enumerate().filter(|(t, _)| mask & (1 << t) != 0).map(|(_, name)| Rc::from(*name));
    Subscriber {
        id: format!("consumer-{i}").into(),
        topics: topics.collect(),
        rack: RACKS.get(rack).map(|r| Rc::from(*r)),
        instance: fixed.then(|| format!("instance-{}", 9 - i).into()),
        ..Subscriber::default()
    }
}

proptest! {
    #[test]
    fn every_assignor_keeps_its_word(input in inputs()) {
        for assignor in ALL {
            let assignment = (assignor.assign)(&input);
            let debts = owes::debts(assignor, &input, &assignment);
            prop_assert!(debts.is_empty(), "{}: {debts:#?}", assignor.name);
        }
    }

    #[test]
    fn every_assignor_answers_the_same_twice(input in inputs()) {
        for assignor in ALL {
            prop_assert_eq!((assignor.assign)(&input), (assignor.assign)(&input.clone()));
        }
    }
}

#[test]
fn each_debt_is_found() {
    let member = |id: &str, topics: &[&str]| Subscriber {
        id: id.into(),
        topics: topics.iter().map(|t| Rc::from(*t)).collect(),
        ..Subscriber::default()
    };
    let input = Input::new(
        vec![topic_of("a", 4, false, 0), topic_of("b", 2, false, 0)],
        &[member("m", &["a"]), member("n", &["a", "b"])],
    );
    let give = |m: &[(&str, i32)], n: &[(&str, i32)]| {
        let part = |&(t, number): &(&str, i32)| Partition { topic: u32::from(t == "b"), number };
        vec![m.iter().map(part).collect(), n.iter().map(part).collect()]
    };
    let cases = [
        (give(&[("a", 0), ("a", 1)], &[("a", 2), ("a", 3), ("b", 0), ("b", 1)]), vec![]),
        (give(&[("a", 0), ("a", 1)], &[("a", 2), ("a", 3), ("b", 0)]), vec!["b-1 belongs to nobody"]),
        (
            give(&[("a", 0), ("a", 1), ("b", 0)], &[("a", 2), ("a", 3), ("b", 1)]),
            vec!["m has b-0 and does not subscribe to its topic"],
        ),
        (
            give(&[("a", 0), ("a", 1)], &[("a", 1), ("a", 2), ("a", 3), ("b", 0), ("b", 1)]),
            vec!["a-1 belongs to m and to n"],
        ),
        (
            give(&[("a", 0), ("a", 1)], &[("a", 2), ("a", 3), ("b", 0), ("b", 1), ("b", 2)]),
            vec!["n has b-2, which does not exist"],
        ),
        (
            give(&[("a", 0), ("a", 1), ("a", 2)], &[("a", 3), ("b", 0), ("b", 1)]),
            vec!["a is shared out as [3, 1]"],
        ),
        (vec![], vec!["0 lists for 2 members"]),
    ];
    let range = by_name("range").expect("range is there");
    for (assignment, expected) in cases {
        assert_eq!(owes::debts(range, &input, &assignment), expected);
    }
}

#[test]
fn the_leader_hands_topics_over_in_the_order_of_its_hash_sets() {
    let subscribed = ["orders", "payments", "gone", "empty"];
    let member =
        Subscriber { id: "c-1".into(), topics: subscribed.map(Rc::from).to_vec(), ..Subscriber::default() };
    let input = Input::of_leader(&[member], |name| match &**name {
        "gone" => None,
        "empty" => Some(topic_of("empty", 0, false, 0)),
        name => Some(topic_of(name, 2, false, 0)),
    });
    // `payments` falls into bucket 7 and `orders` into bucket 10.
    let names: Vec<&str> = input.topics.iter().map(|t| &*t.name).collect();
    assert_eq!(names[..2], ["payments", "orders"]);
    assert!(
        input.topics[2..].iter().all(|topic| topic.partitions == 0),
        "nothing is known of {:?}",
        &names[2..]
    );
}

#[test]
fn a_line_that_cannot_be_answered_is_named() {
    let cases = [
        (r#"{"id":1,"a":"sideways","topics":[],"members":[]}"#, "line 1: there is no assignor \"sideways\""),
        (r#"{"a":"range","topics":[],"members":[]}"#, "line 1: no id"),
        (r#"{"id":1,"a":"range","members":[]}"#, "line 1: topics is not a list"),
        (
            r#"{"id":1,"a":"range","topics":[["t",-1]],"members":[]}"#,
            "line 1: topic t: not a number of partitions: -1",
        ),
        (
            r#"{"id":1,"a":"range","topics":[],"members":[["m",{"t":[],"own":["t"]}]]}"#,
            "line 1: not a partition: \"t\"",
        ),
        ("{}\nno", "line 1: no id"),
    ];
    for (line, message) in cases {
        let error = rejoin::assign::wire::answer(line.as_bytes(), std::io::sink()).expect_err(line);
        assert_eq!(error.to_string(), message);
    }
}
