//! Forms: what a person fills in comes to one line of a command, and what is wrong is said at its field.

use rejoin::session::{Form, Making, Session, Values};

fn open() -> Session {
    Session::open(Session::examples()[0].text).expect("the default scene is a story")
}

/// What stands in a form: `id=value` between bars.
fn filled(form: &Form, text: &str) -> Values {
    let of = |part: &str| {
        let (id, value) = part.trim().split_once('=').expect("id=value");
        let ids = ["classic", "consumer", "share"]
            .map(|protocol| form.fields(&vec![("protocol", protocol.into())]));
        let field =
            ids.iter().flatten().find(|field| field.id == id).unwrap_or_else(|| panic!("no field {id}"));
        (field.id, value.into())
    };
    text.split('|').map(of).collect()
}

#[test]
fn a_form_of_a_topic_or_a_producer_comes_to_one_line() {
    let session = open();
    for (making, text, line) in [
        (Making::Topic, "name=carts", "topic carts"),
        (Making::Topic, "name= carts |partitions=12", "topic carts partitions=12"),
        (
            Making::Topic,
            "name=carts|cleanup=compact,delete|retention=60000|dirty-ratio=0.1|segment=2097152",
            "topic carts cleanup=compact,delete retention=60s segment=2MiB dirty-ratio=0.1",
        ),
        (
            Making::Topic,
            "name=carts|racks=a, b|replicas=2|partitions=4",
            "topic carts partitions=4 racks=a,b replicas=2",
        ),
        (
            Making::Producer,
            "name=shop|topic=carts|rate=5/s|keys=10",
            "producer shop topic=carts rate=5/s keys=10",
        ),
        (
            Making::Producer,
            "name=pay|topic=carts|rate=5/s|transactional-id=pay|transaction=500ms|abort=0.1|transaction-timeout=30000",
            "producer pay topic=carts rate=5/s transactional-id=pay transaction=500ms abort=0.1 transaction-timeout=30s",
        ),
        (
            Making::Producer,
            "name=pay|topic=carts|rate=5/s|idempotence=true",
            "producer pay topic=carts rate=5/s idempotence=yes",
        ),
        (
            Making::Configure,
            "name=orders|retention=60000|cleanup=default",
            "configure orders cleanup=default retention=60s",
        ),
        (Making::Grow, "name=orders|partitions=8", "grow orders partitions=8"),
    ] {
        comes_to(&session, making, text, line);
    }
}

/// What stands in the form comes to the line.
fn comes_to(session: &Session, making: Making, text: &str, line: &str) {
    let form = session.form(making);
    let found = form.filled(&filled(&form, text));
    assert_eq!((&*found.line, found.errors), (line, Vec::new()), "{text}");
}

#[test]
fn a_form_of_a_group_or_a_consumer_comes_to_one_line() {
    let session = open();
    for (making, text, line) in [
        (Making::Group, "name=pay|isolation=read_committed", "group pay isolation=read_committed"),
        (Making::Group, "name=pay day", "group \"pay day\""),
        (
            Making::Group,
            "name=pay|protocol=consumer|assignor=range|session-timeout=10000|heartbeat=2000|commit=sync",
            "group pay protocol=consumer assignor=range session-timeout=10s heartbeat=2s commit=sync",
        ),
        (
            Making::Group,
            "name=pay|assignor=sticky, range|session-timeout=45000",
            "group pay assignor=sticky,range",
        ),
        (
            Making::Consumer,
            "name=c7 c8|group=checkout|topics=orders, carts|reset=earliest|rack=a|process=3ms",
            "consumer c7 c8 group=checkout topics=orders,carts reset=earliest rack=a process=3ms",
        ),
        (
            Making::Consumer,
            "name=c7|group=checkout|topics=orders|instance=a,b|max-poll-records=50",
            "consumer c7 group=checkout topics=orders instance=\"a,b\" max-poll-records=50",
        ),
        (
            Making::Consumer,
            "name=c7|group=new|pattern=orders-.*|protocol=consumer",
            "consumer c7 group=new pattern=orders-.* protocol=consumer",
        ),
        (
            Making::Consumer,
            "name=c7|group=checkout|assign=orders:0, orders:4",
            "consumer c7 group=checkout assign=orders:0,orders:4",
        ),
        // The broker says how long a session of the consumer protocol is: a consumer cannot.
        (
            Making::Consumer,
            "name=c7|group=new|topics=orders|protocol=consumer|session-timeout=10000",
            "consumer c7 group=new topics=orders protocol=consumer",
        ),
        // What has no place in a protocol is not part of the line, and several keys stand between commas.
        (
            Making::Group,
            "name=work|protocol=share|commit=sync|assignor=range|lock-duration=8000|delivery-limit=3|release=k1, k 2",
            "group work protocol=share lock-duration=8s delivery-limit=3 release=k1,\"k 2\"",
        ),
        (
            Making::Consumer,
            "name=w1|group=work|topics=jobs|protocol=share|commit=sync|acknowledgement=explicit",
            "consumer w1 group=work topics=jobs protocol=share acknowledgement=explicit",
        ),
    ] {
        comes_to(&session, making, text, line);
    }
    let form = session.form(Making::Consumer);
    assert_eq!(form.filled(&form.first).line, session.next_consumer());
}

const NO_LONG: &str = "Found 1h, expected a value that Kafka takes: Invalid value 1h for configuration retention.ms: \
                       Not a number of type LONG.";

#[test]
fn a_form_says_what_is_wrong_at_the_field() {
    let session = open();
    for (making, text, errors) in [
        (Making::Group, "protocol=consumer", &[("name", "Expected a group name.")][..]),
        (
            Making::Group,
            "name=pay|session-timeout=10s|max-poll-records=0",
            &[
                ("session-timeout", "Found 10s, expected milliseconds such as 10000."),
                ("max-poll-records", "Found 0, expected a whole number from 1 to 2147483647."),
            ],
        ),
        (
            Making::Group,
            "name=pay|assignor=stiky",
            &[(
                "assignor",
                "Found stiky, expected one of the assignors range, roundrobin, sticky, cooperative-sticky, uniform. \
                 Did you mean sticky?",
            )],
        ),
        (
            Making::Consumer,
            "name=c7",
            &[
                ("topics", "Expected topics=A,B, pattern=REGEX or assign=T:P."),
                ("group", "Expected group=NAME."),
            ],
        ),
        (
            Making::Producer,
            "name=p|topic=orders|rate=5/s|abort=0.1",
            &[("transactional-id", "Expected transactional.id=, which abort= belongs to.")],
        ),
        (
            Making::Producer,
            "name=p|topic=orders|rate=5/s|transactional-id=x|idempotence=false",
            &[("idempotence", "Found false, expected idempotence, which a transactional.id needs.")],
        ),
        (Making::Configure, "name=orders", &[("name", "Expected a setting such as retention=1h.")]),
        (Making::Configure, "name=orders|retention=1h", &[("retention", NO_LONG)]),
        (Making::Grow, "name=orders", &[("partitions", "Expected partitions= and a number.")]),
        (
            Making::Topic,
            "name=a b",
            &[("name", "Found a b, expected a topic name: at most 249 of the characters a-z A-Z 0-9 . _ -.")],
        ),
    ] {
        let form = session.form(making);
        let found = form.filled(&filled(&form, text)).errors;
        let found: Vec<(&str, &str)> = found.iter().map(|(id, why)| (*id, &**why)).collect();
        assert_eq!(found, errors, "{text}");
    }
}

#[test]
fn a_form_has_the_names_and_defaults_of_the_protocol_and_of_the_group() {
    let mut session = open();
    session.apply("group modern protocol=consumer max-poll-records=9").expect("it is new");
    let cases = [
        ("group=checkout", "session-timeout", Some(("session.timeout.ms", "10000"))),
        ("group=checkout", "heartbeat", Some(("heartbeat.interval.ms", "3000"))),
        ("group=checkout", "commit", Some(("enable.auto.commit", "true (auto)"))),
        ("group=other", "assignor", Some(("partition.assignment.strategy", "range,cooperative-sticky"))),
        ("group=other|protocol=consumer", "assignor", Some(("group.remote.assignor", "uniform"))),
        ("group=modern", "max-poll-records", Some(("max.poll.records", "9"))),
        ("group=modern", "protocol", Some(("group.protocol", "consumer"))),
        ("group=modern", "session-timeout", None),
        ("group=modern", "process", Some(("process", "0s"))),
    ];
    let form = session.form(Making::Consumer);
    for (text, id, expected) in cases {
        let fields = form.fields(&filled(&form, text));
        let found = fields.iter().find(|field| field.id == id).map(|field| (field.label, &*field.default));
        assert_eq!(found, expected, "{text}: {id}");
    }
    let group = session.form(Making::Group);
    let fields = group.fields(&filled(&group, "protocol=consumer"));
    let of = fields.iter().find(|field| field.id == "heartbeat").expect("a heartbeat");
    assert_eq!((of.label, &*of.default), ("consumer.heartbeat.interval.ms", "5000"));
}

#[test]
fn a_restore_goes_in_place_beside_or_into_and_new_names_must_not_be_missing() {
    let form = rejoin::session::Form::of_restore("20260101-000010F");
    for (text, line, errors) in [
        ("", "restore stop 20260101-000010F", ""),
        ("into=beside", "restore stop 20260101-000010F as=*-restored", ""),
        ("into=existing|offsets=time", "restore stop 20260101-000010F into=existing offsets=time", ""),
        ("into=beside|as=old-*", "restore stop 20260101-000010F as=old-*", ""),
        ("as=old-*", "restore stop 20260101-000010F", ""),
        ("into=beside|as=old", "", "as: Found old, expected a * where the old name goes, as in *-restored."),
        ("into=beside|as=", "", "as: Found nothing, expected new names such as *-restored."),
        ("into=existing|at=soon", "", "at: Found soon, expected a duration such as 250ms, 45s, 2m or 1h."),
    ] {
        let mut values = form.first.clone();
        for (id, value) in text.split('|').filter_map(|pair| pair.split_once('=')) {
            let id = ["into", "as", "at", "offsets"].into_iter().find(|of| *of == id).expect("a field");
            values.retain(|(of, _)| *of != id);
            values.push((id, value.into()));
        }
        let found = form.filled(&values);
        let first = found.errors.first().map(|(id, why)| format!("{id}: {why}")).unwrap_or_default();
        assert_eq!(first, errors, "{text}");
        if errors.is_empty() {
            assert_eq!(&*found.line, line, "{text}");
        }
    }
}

#[test]
fn a_topic_is_changed_from_what_it_is_now() {
    let mut session = open();
    session.apply("configure orders retention=60s cleanup=compact").expect("orders is there");
    let form = session.form(Making::Configure).of_topic("orders");
    let shown = |form: &Form, id: &str| {
        let fields = form.fields(&form.first);
        fields.iter().find(|field| field.id == id).map(|field| field.default.to_string()).expect("a field")
    };
    assert_eq!(shown(&form, "retention"), "60000");
    assert_eq!(shown(&form, "cleanup"), "compact");
    assert_eq!(shown(&form, "segment"), "1073741824");
    let other = session.form(Making::Configure).of_topic("others");
    assert_eq!(shown(&other, "retention"), "604800000", "no such topic: Kafka's default");
    let grow = session.form(Making::Grow).of_topic("orders");
    assert_eq!(&*grow.filled(&grow.first).line, "grow orders partitions=7");
}
