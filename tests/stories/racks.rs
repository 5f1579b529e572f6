//! Consumers and brokers in racks: who gets what is told by rule, from where the replicas lie.

use rejoin::assign::{Input, Subscriber, Topic, by_name};
use rejoin::base::TopicPartition;
use rejoin::story::run::Act;
use rejoin::story::{Options, Runner, Story};
use std::rc::Rc;

fn run(text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    let refused = runner.events().iter().find(|event| matches!(event.what, Act::Refused(..)));
    assert!(refused.is_none(), "{refused:?}");
    runner
}

/// Each partition's owner at the end, by topic and number.
fn owners(runner: &Runner) -> Vec<(TopicPartition, String)> {
    let world = runner.world();
    let mut owners = Vec::new();
    for topic in world.topics() {
        for partition in 0..topic.partitions {
            let facts = world.partition(&topic.name, partition, Some("g")).expect("it exists");
            let owner = facts.owner.map_or("none".to_owned(), |owner| owner.to_string());
            owners.push((TopicPartition::new(topic.name.clone(), partition), owner));
        }
    }
    owners
}

/// The owners of the only topic's partitions, in order.
fn of_one(text: &str) -> String {
    owners(&run(text)).into_iter().map(|(_, owner)| owner).collect::<Vec<_>>().join(" ")
}

/// Three consumers in racks whose order is not that of their names: partition p of `orders` lies in rack p mod 3.
fn story(group: &str, topic: &str) -> String {
    format!(
        "topic orders partitions=6 {topic}\ngroup g {group}\n\
         consumer c1 group=g topics=orders instance=i1 rack=c\n\
         consumer c2 group=g topics=orders instance=i2 rack=a\n\
         consumer c3 group=g topics=orders instance=i3 rack=b\nend 60s\n"
    )
}

const RANGES: &str = "c1 c1 c2 c2 c3 c3";
/// Partition p belongs to the member in its rack: a is c2's, b is c3's, c is c1's.
const AT_HOME: &str = "c2 c3 c1 c2 c3 c1";

#[test]
fn clients_assign_each_partition_to_a_member_in_its_rack() {
    for assignor in ["range", "sticky", "cooperative-sticky"] {
        let text = story(&format!("assignor={assignor}"), "racks=a,b,c");
        assert_eq!(of_one(&text), AT_HOME, "{assignor}");
    }
    // Of the static members the first by instance id is c1. Round robin looks at no racks.
    assert_eq!(of_one(&story("assignor=roundrobin", "racks=a,b,c")), "c1 c2 c3 c1 c2 c3");
}

#[test]
fn racks_make_no_difference_without_racked_brokers_or_when_all_partitions_lie_in_all_racks() {
    for topic in ["", "racks=x,y,z", "racks=a,b,c replicas=3", "racks=a"] {
        assert_eq!(of_one(&story("assignor=range", topic)), RANGES, "{topic}");
    }
}

#[test]
fn the_coordinators_assignors_know_the_racks_and_do_not_look_at_them() {
    let group = "protocol=consumer assignor=range";
    let runner = run(&story(group, "racks=a,b,c"));
    assert_eq!(of_one(&story(group, "racks=a,b,c")), RANGES);
    let groups = runner.world().groups();
    let of = groups[0].consumer.as_ref().expect("a group of the consumer protocol");
    let mut racks: Vec<(&str, &str)> = of
        .members
        .iter()
        .map(|member| (member.consumer.as_deref().expect("known"), member.rack.as_deref().expect("said")))
        .collect();
    racks.sort_unstable();
    assert_eq!(racks, [("c1", "c"), ("c2", "a"), ("c3", "b")]);
}

#[test]
fn a_share_consumer_says_its_rack() {
    let runner = run("topic orders racks=a,b\ngroup g protocol=share\n\
                      consumer c1 group=g topics=orders rack=b\nend 20s\n");
    let groups = runner.world().groups();
    let of = groups[0].consumer.as_ref().expect("a share group");
    assert_eq!(of.members[0].rack.as_deref(), Some("b"));
}

/// Several topics, two replicas, members without a rack: as the assignor decides that is proven against Kafka's.
#[test]
fn the_leader_hands_the_assignor_every_racks_of_partitions_and_members() {
    let topics = [("carts", 5, "a,b", 1), ("orders", 7, "b,c,a", 2), ("users", 4, "", 1)];
    let members = [("c1", "rack=b"), ("c2", ""), ("c3", "rack=a"), ("c4", "rack=c")];
    for assignor in ["range", "sticky", "cooperative-sticky"] {
        let mut text = String::new();
        for (name, partitions, racks, replicas) in topics {
            text += &format!("topic {name} partitions={partitions}");
            if !racks.is_empty() {
                text += &format!(" racks={racks} replicas={replicas}");
            }
            text += "\n";
        }
        text += &format!("group g assignor={assignor}\n");
        for (at, (name, rack)) in members.iter().enumerate() {
            text += &format!("consumer {name} group=g topics=carts,orders,users instance=i{at} {rack}\n");
        }
        let runner = run(&(text + "end 60s\n"));
        let lies = |racks: &str, replicas: usize, p: usize| -> Vec<Rc<str>> {
            let racks: Vec<&str> = racks.split(',').collect();
            (0..replicas).map(|r| racks[(p + r) % racks.len()].into()).collect()
        };
        let input_topics = topics.map(|(name, partitions, racks, replicas)| Topic {
            name: name.into(),
            partitions,
            racks: (!racks.is_empty())
                .then(|| (0..partitions as usize).map(|p| lies(racks, replicas, p)).collect()),
        });
        let subscribers: Vec<Subscriber> = members
            .iter()
            .enumerate()
            .map(|(at, (name, rack))| Subscriber {
                id: (*name).into(),
                topics: topics.iter().map(|(name, ..)| Rc::from(*name)).collect(),
                rack: rack.strip_prefix("rack=").map(Rc::from),
                instance: Some(format!("i{at}").into()),
                ..Subscriber::default()
            })
            .collect();
        let without = |mut topics: Vec<Topic>| {
            topics.iter_mut().for_each(|topic| topic.racks = None);
            topics
        };
        let assign = |topics: Vec<Topic>| {
            let input = Input::new(topics, &subscribers);
            let lists = (by_name(assignor).expect("an assignor").assign)(&input);
            let lists = input.named(&lists).into_iter();
            let mut owners: Vec<(TopicPartition, String)> =
                lists.flat_map(|(id, list)| list.into_iter().map(move |of| (of, id.to_string()))).collect();
            owners.sort();
            owners
        };
        let expected = assign(input_topics.to_vec());
        assert_eq!(owners(&runner), expected, "{assignor}");
        assert_ne!(expected, assign(without(input_topics.to_vec())), "{assignor}: racks matter here");
    }
}

#[test]
fn placements_that_kafka_refuses_are_refused() {
    for (line, found) in [
        ("topic orders racks=a,b replicas=3", "only 2 broker(s) are registered"),
        ("topic orders replicas=2", "racks="),
        ("topic orders racks=a,b,a", "every rack once"),
        ("topic orders racks=a replicas=0", "from 1"),
    ] {
        let said = match Story::parse(&format!("{line}\nend 1s\n")) {
            Err(errors) => errors[0].to_string(),
            Ok(story) => {
                let mut runner = Runner::new(&story, Options::default());
                runner.finish(None);
                let refused = runner.events().iter().find_map(|event| match &event.what {
                    Act::Refused(_, reason) => Some(reason.to_string()),
                    _ => None,
                });
                refused.unwrap_or_default()
            }
        };
        assert!(said.contains(found), "{line}: {said}");
    }
}

#[test]
fn a_restored_topic_lies_where_it_lay() {
    let text = story("assignor=range", "racks=a,b,c").replace(
        "end 60s\n",
        "produce topic=orders count=10\nat 20s backup full\nat 25s delete topic orders\n\
         at 26s topic orders partitions=6 racks=a,b,c\nat 30s restore apply latest\nend 120s\n",
    );
    assert_eq!(of_one(&text), AT_HOME);
    // More partitions go on where the others end.
    let runner = run(&text.replace("end 120s", "at 100s grow orders partitions=8\nend 120s"));
    let racks = |partition| runner.world().racks("orders", partition).expect("it lies in racks");
    assert_eq!((racks(5), racks(7)), (&["c".into()][..], &["b".into()][..]));
}
