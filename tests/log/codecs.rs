//! Streams of zstd, sound and damaged, held against the library that Kafka reads them with and against another reader.

use rejoin::base::Rng;
use rejoin::log::batch::Compression;
use rejoin::log::batch::compression::{Rigor, decompress};
use ruzstd::decoding::StreamingDecoder;
use std::io::{Read, Write};
use zstd::stream::raw::Operation;

/// Something of every kind: text, noise, little that varies, zeros; empty to several blocks.
fn content(random: &mut Rng) -> Vec<u8> {
    let most = [1, 40, 300, 4000, 30_000, 200_000, 400_000][random.below(7) as usize];
    let size = random.below(most) as usize;
    let mut plain = Vec::with_capacity(size + 100);
    let kind = random.below(5);
    while plain.len() < size {
        match (kind, random.below(4)) {
            (0, _) => plain.push(random.below(256) as u8),
            (1, _) => plain.extend(format!("{{\"order\":{},\"paid\":true}}", random.below(9999)).bytes()),
            (2, _) | (4, 0) => plain.push({
                let most = 1 + random.below(60);
                random.below(most) as u8
            }),
            (3, _) | (4, 1) => plain.resize(plain.len() + 1 + random.below(300) as usize, 7),
            (_, 2) => plain.extend((0..random.below(90)).map(|i| (i * i) as u8)),
            _ => plain.extend(b"offset 17 of orders-3 "),
        }
    }
    plain
}

/// A stream of the library: of any level, as a whole or in parts, with what a frame may say or not.
fn packed(plain: &[u8], random: &mut Rng) -> Vec<u8> {
    let level =
        [-7, -1, 1, 2, 3, 5, 9, 15, 19][random.below(if plain.len() > 50_000 { 6 } else { 9 }) as usize];
    let mut encoder = zstd::Encoder::new(Vec::new(), level).expect("a level");
    encoder.include_checksum(random.below(3) == 0).expect("may be");
    encoder.include_contentsize(random.below(2) == 0).expect("may be");
    if random.below(3) == 0 {
        encoder.set_pledged_src_size(Some(plain.len() as u64)).expect("may be said");
    }
    if random.below(4) == 0 {
        encoder.window_log(10 + random.below(8) as u32).expect("may be small");
    }
    let parts = 1 + random.below(4) as usize;
    for part in plain.chunks((plain.len() / parts).max(1)) {
        encoder.write_all(part).expect("memory");
        if random.below(3) == 0 {
            encoder.flush().expect("memory");
        }
    }
    encoder.finish().expect("memory")
}

fn ours(stream: &[u8], rigor: Rigor) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    decompress(Compression::Zstd, stream, rigor, &mut out).ok().map(|()| out)
}

/// The library that Kafka has, a newer version of it, called as Kafka calls it: what is cut behind a whole frame is not
/// noticed.
fn library(stream: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = zstd::stream::raw::Decoder::new().ok()?;
    let (mut out, mut at, mut ended) = (Vec::new(), 0, false);
    let mut room = vec![0; 1 << 16];
    loop {
        let status = decoder.run_on_buffers(&stream[at..], &mut room).ok()?;
        at += status.bytes_read;
        out.extend_from_slice(&room[..status.bytes_written]);
        ended |= status.remaining == 0;
        if status.remaining == 0 {
            decoder.reinit().ok()?;
        }
        let idle = status.bytes_written < room.len() && at == stream.len();
        if idle {
            return ended.then_some(out);
        }
    }
}

/// A reader that is stricter than the library. It looks at no checksum by itself.
fn another(mut stream: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while !stream.is_empty() {
        let mut frame = StreamingDecoder::new(&mut stream).ok()?;
        frame.read_to_end(&mut out).ok()?;
        if frame
            .decoder
            .get_checksum_from_data()
            .is_some_and(|said| Some(said) != frame.decoder.get_calculated_checksum())
        {
            return None;
        }
    }
    Some(out)
}

#[test]
fn what_the_library_packs_is_unpacked() {
    let mut random = Rng::new(5);
    for number in 0..2000 {
        let plain = content(&mut random);
        let stream = packed(&plain, &mut random);
        for rigor in [Rigor::Format, Rigor::Kafka] {
            assert!(
                ours(&stream, rigor).as_ref() == Some(&plain),
                "stream {number}, {rigor:?}: {} bytes",
                plain.len()
            );
        }
    }
}

#[test]
fn a_damaged_stream_is_read_as_the_library_reads_it_or_refused() {
    let mut random = Rng::new(6);
    let (mut all, mut taken, mut differ) = (0, 0, 0);
    for number in 0..count() {
        let plain = content(&mut random);
        let sound = packed(&plain[..plain.len().min(60_000)], &mut random);
        for _ in 0..40 {
            let stream = damaged(&sound, &mut random);
            let (theirs, strict) = (library(&stream), ours(&stream, Rigor::Format));
            if let Some(strict) = &strict {
                assert!(theirs.as_ref() == Some(strict), "stream {number}: the library gives something else");
                assert!(another(&stream).is_none_or(|other| other == *strict), "stream {number}");
            }
            // Where streams of literals are read beyond their start, not everything is as there.
            differ += u64::from(ours(&stream, Rigor::Kafka) != theirs);
            taken += u64::from(strict.is_some());
            all += 1;
        }
    }
    println!("{all} streams, {taken} taken, {differ} differ");
    assert!(taken > all / 20 && taken < all / 2, "{taken} of {all} taken");
    assert!(differ * 2000 <= all, "{differ} of {all} are read in another way than the library reads them");
}

/// A stream with one or two bytes changed, put in, or the end taken.
fn damaged(sound: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut stream = sound.to_vec();
    for _ in 0..1 + random.below(2) {
        let at = random.below(stream.len() as u64) as usize;
        match random.below(4) {
            0 => stream[at] ^= 1 << random.below(8),
            1 => stream[at] = random.below(256) as u8,
            2 => stream.truncate(at.max(1)),
            _ => stream.insert(at, random.below(256) as u8),
        }
    }
    stream
}

/// Sound streams that are damaged, in forty ways each.
fn count() -> u64 {
    if std::env::var_os("REJOIN_LONG").is_some() { 10_000 } else { 300 }
}
