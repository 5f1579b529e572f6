use super::*;

struct Read {
    report: Report,
    records: Vec<(Option<Vec<u8>>, Vec<u8>, i64)>,
}

fn read(bytes: &[u8], options: Options) -> Result<Read, LoadError> {
    let mut records = Vec::new();
    let source = Source::open(bytes, options)?;
    let report = source.read(|record| {
        let key = record.key.map(|key| key.to_vec());
        records.push((key, record.value.expect("a value").to_vec(), record.timestamp_ms));
    });
    assert_eq!(report.records, records.len() as u64);
    Ok(Read { report, records })
}

fn values(read: &Read) -> Vec<&[u8]> {
    read.records.iter().map(|(_, value, _)| value.as_slice()).collect()
}

fn named(read: &Read) -> Vec<(u64, &str)> {
    read.report.named.iter().map(|bad| (bad.line, &*bad.reason)).collect()
}

#[test]
fn text_keeps_every_byte_of_a_line_but_its_end() {
    let bytes = b"\xef\xbb\xbfone\r\n\xff\xfe latin \xe9\n\n tab\tend \r\r\nlast";
    let read = read(bytes, Options { name: "a.log", timestamp_ms: 7, ..Options::default() }).expect("text");
    let expected: [&[u8]; 4] = [b"one", b"\xff\xfe latin \xe9", b" tab\tend \r", b"last"];
    assert_eq!(values(&read), expected);
    assert!(read.records.iter().all(|(key, _, ms)| key.is_none() && *ms == 7));
    assert_eq!((read.report.empty, read.report.unusable, read.report.bom), (1, 0, true));
    assert_eq!(read.report.remarks().len(), 2);
}

#[test]
fn a_csv_row_is_its_own_bytes_with_key_and_time_by_column() {
    let text =
        b"id,user,at\n\n1,ann,2026-01-01T00:00:01Z\r\n2,\"b\no \"\"b\"\"\",nonsense\r\n3\n4,dan,5,extra\n\n";
    let options =
        Options { name: "a.csv", key: Some("user"), time: Some("at"), timestamp_ms: 9, ..Options::default() };
    let read = read(text, options).expect("a csv file");
    let expected: [&[u8]; 3] =
        [b"1,ann,2026-01-01T00:00:01Z", b"2,\"b\no \"\"b\"\"\",nonsense", b"4,dan,5,extra"];
    assert_eq!(values(&read), expected);
    let keys: Vec<&[u8]> = read.records.iter().filter_map(|(key, ..)| key.as_deref()).collect();
    assert_eq!(keys, [&b"ann"[..], b"b\no \"b\"", b"dan"]);
    let times: Vec<i64> = read.records.iter().map(|(.., ms)| *ms).collect();
    assert_eq!(times, [1_767_225_601_000, 9, 5000]);
    assert_eq!(named(&read), [(6, "too few columns: 1 where the header has 3")]);
    assert_eq!((read.report.empty, read.report.timeless), (2, 1));
    assert_eq!(read.report.first_timeless.as_ref().map(|bad| bad.line), Some(4));
}

#[test]
fn json_lines_are_checked_and_keep_their_spelling() {
    let text =
        b"{\"user\": \"ann\", \"n\":1e2, \"o\":{\"at\":1767225600}}\n{\"user\":7}\n{broken\n[1,2]\nnull\n";
    let options = Options { name: "a.jsonl", key: Some("user"), time: Some("o.at"), ..Options::default() };
    let read = read(text, options).expect("json lines");
    assert_eq!(values(&read)[0], b"{\"user\": \"ann\", \"n\":1e2, \"o\":{\"at\":1767225600}}");
    let keys: Vec<Option<&[u8]>> = read.records.iter().map(|(key, ..)| key.as_deref()).collect();
    assert_eq!(keys, [Some(&b"ann"[..]), Some(b"7"), None, None]);
    assert_eq!(read.records[0].2, 1_767_225_600_000);
    assert_eq!((read.report.keyless, read.report.timeless, read.report.unusable), (2, 3, 1));
    assert_eq!(named(&read), [(3, "not JSON: key must be a string at column 2")]);
}

#[test]
fn a_line_of_more_than_a_mebibyte_is_named_and_the_rest_is_taken() {
    let mut bytes = vec![b'x'; LINE_BYTES_MAX + 1];
    bytes.extend(b"\nshort\n");
    bytes.extend(vec![b'y'; LINE_BYTES_MAX]);
    for (name, header) in [("a.txt", ""), ("a.csv", "head\n")] {
        let bytes = [header.as_bytes(), &bytes].concat();
        let read = read(&bytes, Options { name, ..Options::default() }).expect("a file");
        assert_eq!(read.records.len(), 2, "{name}");
        let line = if header.is_empty() { 1 } else { 2 };
        assert_eq!(named(&read), [(line, "1048577 bytes, more than 1048576 (1 MiB)")], "{name}");
    }
}

#[test]
fn the_first_hundred_bad_lines_are_named_and_the_others_counted() {
    let read =
        read(&b"nope\n".repeat(250), Options { name: "a.jsonl", ..Options::default() }).expect("a file");
    assert_eq!((read.report.unusable, read.report.named.len(), read.records.len()), (250, 100, 0));
    assert_eq!(read.report.remarks(), ["Further lines that could not be used: 150."]);
}

#[test]
fn the_format_is_told_by_the_name_or_else_by_the_content() {
    for (name, bytes, format) in [
        ("a.CSV", "x", LoadFormat::Csv),
        ("a.tsv", "x", LoadFormat::Csv),
        ("a.ndjson", "x", LoadFormat::JsonLines),
        ("a.log", "{}\n{}\n", LoadFormat::Text),
        ("a", "{\"a\":1}\n\n{\"b\":2}\n", LoadFormat::JsonLines),
        ("a", "{\"a\":1}\nplain\n", LoadFormat::Text),
        ("a", "a;b\n1;2\n", LoadFormat::Csv),
        ("a", "a,b\n1,2,3\n", LoadFormat::Text),
        ("a", "one line, alone", LoadFormat::Text),
        ("a", "", LoadFormat::Text),
    ] {
        let source = Source::open(bytes.as_bytes(), Options { name, ..Options::default() }).expect("a file");
        assert_eq!(source.opened.format, format, "{name} {bytes}");
    }
}

#[test]
fn a_file_that_cannot_be_taken_is_refused_whole_with_the_reason() {
    let key = Options { key: Some("usr"), ..Options::default() };
    for (bytes, options, message) in [
        (&b"PK\x03\x04\x00"[..], Options::default(), "the file is binary: byte 5 is zero"),
        (b"plain", key, "lines of text have no columns: key= and time= need format=csv or format=jsonl"),
        (b"id,user\n1,2\n", key, "there is no column usr; the header row has id, user; did you mean user?"),
        (
            b"",
            Options { name: "a.csv", ..Options::default() },
            "the file has no header row that names its columns",
        ),
    ] {
        let error = read(bytes, options).err().expect(message);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_file_read_in_parts_of_any_size_is_the_one_that_is_read_at_once() {
    let csv = "\u{feff}k,v\r\n\u{feff}a,1\n\n\"x\r\ny\",2\r\n\u{feff}\u{feff}b,3\rshort\nc,4\r\n\r\n";
    let json = "{\"k\":1}\n\nno\n{\"k\":2}\r\n{\"v\":3}";
    let text = "\u{feff}one\r\n\n\ntwo\nthree";
    for (name, key, bytes) in [("a.csv", Some("k"), csv), ("a.jsonl", Some("k"), json), ("a.txt", None, text)]
    {
        let source =
            Source::open(bytes.as_bytes(), Options { name, key, ..Options::default() }).expect("lines");
        let mut one = Vec::new();
        let report = source.read(|record| one.push(record));
        assert!(one.len() > 1 && report.empty > 0, "{name}");
        for size in 1..=bytes.len() {
            let (mut place, mut other) = (source.begin(), Vec::new());
            while source.read_part(&mut place, size, |record| other.push(record)) {}
            assert_eq!((&other, &place.report), (&one, &report), "{name} by {size}");
        }
    }
}

#[test]
fn line_ends_are_counted_wherever_they_are() {
    let bytes: Vec<u8> = (0..4000_u32)
        .map(|i| [b'\n', 0x8a, 0x0b, 0, 0x7f, 0xff, i as u8][i as usize * i as usize % 7])
        .collect();
    for from in 0..20 {
        for to in from..60 {
            let part = &bytes[from..to];
            let expected = part.iter().filter(|&&byte| byte == b'\n').count() as u64;
            assert_eq!(text::ends(part), expected, "{from}..{to}");
        }
    }
    assert_eq!(text::ends(&bytes), bytes.iter().filter(|&&byte| byte == b'\n').count() as u64);
}
