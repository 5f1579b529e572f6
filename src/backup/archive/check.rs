//! Verifying an archive: the container, then its own files, then every backup in it.

use super::ImportError;
use super::open::{self, Container};
use super::sums::{Sum, Sums};
use crate::backup::catalog::{Catalog, CatalogEntry};
use crate::backup::digest::{Crc32, Digest, crc32, sha256};
use crate::backup::layout::{self, CATALOG, FORMAT, FORMAT_TEXT, MANIFEST, MANIFEST_COPY, README, SUMS};
use crate::backup::manifest::{FileEntry, Manifest};
use crate::backup::scan::ReadLog;
use crate::backup::verify::files::{self, Memo, Source};
use crate::backup::verify::reading::{FileBytes, Loaded};
use crate::backup::verify::{Finding, Hands, OneHand, Report, chain, name_backups, shape};
use crate::base::{Map, Set, small};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

/// An archive that was read, and what is wrong with it.
pub struct Checked<'a> {
    /// What was read and found.
    pub report: Report,
    /// The catalog, if it could be read.
    pub catalog: Option<Catalog>,
    /// The manifests that could be read, by label.
    pub manifests: Map<Rc<str>, Manifest>,
    entries: Files<'a>,
    logs: Logs<'a>,
    /// What the catalog should have.
    expected: Vec<CatalogEntry>,
    /// Files that are not what `SHA256SUMS` says, and why: told unless something closer is.
    unlisted: Vec<(&'a str, &'static str)>,
}

/// An entry of the archive.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// Its bytes; none of a log that is not held.
    pub bytes: &'a [u8],
    /// How many there are.
    pub size: u64,
    sha256: Digest,
    crc32: Crc32,
    sound: bool,
}

impl<'a> Source<'a> for &'a Checked<'_> {
    fn load(&self, keeper: &str, file: &FileEntry) -> Option<Loaded<'a>> {
        let path = layout::in_archive(keeper, &file.path);
        let File { bytes, size, sha256, crc32, .. } = *self.entries.get(&*path)?;
        let sums = Some((sha256, crc32));
        Some(Loaded { bytes: FileBytes::One(Cow::Borrowed(bytes)), size, sums, read: self.logs.get(&*path) })
    }
}

impl<'a> File<'a> {
    /// One that has the checksum that the archive says.
    pub fn sound(bytes: &'a [u8], size: u32, sha256: Digest, crc32: Crc32) -> File<'a> {
        File { bytes, size: size.into(), sha256, crc32, sound: true }
    }
}

/// The files of an archive by their names.
pub type Files<'a> = Map<&'a str, File<'a>>;
/// Its logs that are sound in themselves.
pub type Logs<'a> = Map<&'a str, ReadLog>;

/// Reads and verifies all of `archive`.
///
/// # Errors
/// What cannot be looked at; damage is in the report.
pub fn check(archive: &[u8]) -> Result<Checked<'_>, ImportError> {
    check_by(archive, &OneHand, &Sums::default())
}

/// The same; `hands` hashes and reads what is not in `sums`.
///
/// # Errors
/// As [`check`].
pub fn check_by<'a>(archive: &'a [u8], hands: &dyn Hands, sums: &Sums) -> Result<Checked<'a>, ImportError> {
    let mut report = Report::default();
    let container = open::open(archive, sums, &mut report)?;
    let known = |bytes: &[u8]| sums.get(archive, bytes);
    let (files, logs) = files_of(&container, hands, &known);
    check_read(&container, report, files, logs, archive.len() as u64)
}

/// Verifies an archive of `length` bytes whose files were read; `report` has what is wrong with the container.
///
/// # Errors
/// As [`check`].
pub fn check_read<'a>(
    container: &Container<'a>,
    report: Report,
    entries: Files<'a>,
    logs: Logs<'a>,
    length: u64,
) -> Result<Checked<'a>, ImportError> {
    let mut checked = Checked {
        report,
        catalog: None,
        manifests: Map::new(),
        entries,
        logs,
        expected: Vec::new(),
        unlisted: Vec::new(),
    };
    checked.format()?;
    checked.order(container);
    checked.sums();
    let labels = checked.catalog();
    for label in &labels {
        checked.manifest(label);
    }
    checked.catalog_agrees(&labels);
    checked.names();
    checked.backups();
    checked.report.backups = labels;
    checked.report.files = container.entries.len() as u64;
    checked.report.bytes = length;
    let mut report = std::mem::take(&mut checked.report);
    name_backups(&mut report, &checked.manifests);
    Ok(Checked { report, ..checked })
}

/// The entries with their digests, and the logs among them. One hand hashes; the other reads the logs, then hashes as well.
fn files_of<'a, 's>(
    container: &Container<'a>,
    hands: &dyn Hands,
    known: &(dyn Fn(&[u8]) -> Option<&'s Sum> + Sync),
) -> (Files<'a>, Logs<'a>) {
    let entries = &container.entries;
    let next = AtomicU32::new(0);
    let hash = || -> Vec<(usize, Digest)> {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed) as usize);
        let taken = std::iter::from_fn(take).map_while(|i| Some((i, entries.get(i)?)));
        let digest = |bytes| known(bytes).map_or_else(|| sha256(bytes), |sum| sum.sha256);
        taken.map(|(i, entry)| (i, digest(entry.bytes))).collect()
    };
    let (mut digests, mut others) = (Vec::new(), Vec::new());
    let mut logs = Map::new();
    hands.both(&mut || digests = hash(), &mut || {
        for entry in entries.iter().filter(|entry| entry.name.ends_with(".log")) {
            let read = known(entry.bytes).map_or_else(|| ReadLog::of(entry.bytes), |sum| sum.log.clone());
            if let Some(read) = read {
                logs.insert(entry.name, read);
            }
        }
        others = hash();
    });
    digests.extend(others);
    small::sort_by_key(&mut digests, |(i, _)| *i);
    let files = digests.into_iter().map(|(i, sha256)| {
        let (entry, sound) = (&entries[i], container.sound[i]);
        // Where both headers say the same of sound bytes, it was computed.
        let crc = entry.crc[0].filter(|_| sound && entry.crc[0] == entry.crc[1]);
        let crc32 = crc.map_or_else(|| crc32(entry.bytes), Crc32);
        (entry.name, File { bytes: entry.bytes, size: entry.bytes.len() as u64, sha256, crc32, sound })
    });
    (files.collect(), logs)
}

impl<'a> Checked<'a> {
    /// The bytes of an entry that is there.
    pub fn bytes(&self, name: &str) -> &'a [u8] {
        self.entries.get(name).map_or(&[], |file| file.bytes)
    }

    fn found(&mut self, place: &str, what: impl Into<Rc<str>>) {
        self.report.add(Finding::new(place, what));
    }

    /// An entry that every archive has. When its bytes are damaged that is told, and there is nothing to read in it.
    fn file(&mut self, name: &str) -> Option<File<'a>> {
        match self.entries.get(name).copied() {
            None => self.found(name, "is missing"),
            Some(file) if !file.sound => self.found(name, "does not match its digest"),
            Some(file) => return Some(file),
        }
        None
    }

    fn format(&mut self) -> Result<(), ImportError> {
        let Some(file) = self.file(FORMAT) else { return Ok(()) };
        if file.bytes == FORMAT_TEXT.as_bytes() {
            return Ok(());
        }
        let text = std::str::from_utf8(file.bytes).unwrap_or_default();
        let mut words = text.split_whitespace().skip(1).map(str::parse::<u32>);
        match (words.next(), words.next()) {
            (Some(Ok(version)), Some(Ok(reader))) if reader > crate::backup::manifest::FORMAT => {
                Err(ImportError::Newer { version, reader })
            }
            _ => {
                self.found(FORMAT, "does not say what every archive says");
                Ok(())
            }
        }
    }

    /// FORMAT first, then all others sorted, none twice.
    fn order(&mut self, container: &Container<'_>) {
        let names: Vec<&str> = container.entries.iter().map(|entry| entry.name).collect();
        if names.first() != Some(&FORMAT) {
            self.found(FORMAT, "is not the first file of the archive");
        }
        for pair in names.iter().skip(1).zip(names.iter().skip(2)) {
            if pair.0 == pair.1 {
                self.found(pair.1, "is in the archive twice");
            } else if pair.0 > pair.1 {
                self.found(pair.1, "is not in its place in the archive");
            }
        }
    }

    fn sums(&mut self) {
        self.file(README);
        let Some(sums) = self.file(SUMS) else { return };
        let expected = super::sums(self.entries.iter().map(|(name, file)| (*name, file.sha256)));
        if sums.bytes == expected.as_bytes() {
            return;
        }
        let text = String::from_utf8_lossy(sums.bytes).into_owned();
        let listed: Map<&str, &str> =
            text.lines().filter_map(|line| line.split_once("  ")).map(|(d, n)| (n, d)).collect();
        let mut differs = false;
        for (name, file) in self.entries.iter().filter(|(name, _)| **name != SUMS) {
            match listed.get(name) {
                None => self.unlisted.push((name, "is not in SHA256SUMS")),
                Some(digest) if **digest != *file.sha256.to_string() => {
                    self.unlisted.push((name, "does not match its digest in SHA256SUMS"));
                }
                Some(_) => continue,
            }
            differs = true;
        }
        for name in listed.keys().filter(|name| !self.entries.contains_key(**name)) {
            self.report.add(Finding::new(&printable(name), "is in SHA256SUMS but not in the archive"));
            differs = true;
        }
        if !differs {
            self.found(SUMS, "is not written as this format prescribes");
        }
    }

    /// The labels of all backups: from the catalog, and from the folders that are there.
    fn catalog(&mut self) -> Vec<Rc<str>> {
        if let Some(file) = self.file(CATALOG) {
            match Catalog::parse(file.bytes) {
                Ok(catalog) => self.catalog = Some(catalog),
                Err(error) => self.found(CATALOG, error.to_string()),
            }
        }
        let folders = self.entries.keys().filter_map(|name| name.strip_prefix("backups/")?.split_once('/'));
        let mut labels: Set<Rc<str>> = folders.map(|(label, _)| label.into()).collect();
        labels.extend(
            self.catalog.iter().flat_map(|catalog| &catalog.backups).map(|entry| entry.label.clone()),
        );
        let mut labels: Vec<Rc<str>> = labels.into_iter().collect();
        small::sort_by_key(&mut labels, |label| crate::backup::Label::parse(label));
        labels
    }

    fn manifest(&mut self, label: &Rc<str>) {
        let (name, copy_name) =
            (layout::in_archive(label, MANIFEST), layout::in_archive(label, MANIFEST_COPY));
        let (manifest, copy) = (self.file(&name), self.file(&copy_name));
        let entry = self.catalog.as_ref().and_then(|catalog| catalog.get(label)).cloned();
        if self.catalog.is_some() && entry.is_none() {
            self.found(CATALOG, format!("does not have {label}, which is in the archive"));
        }
        if let (Some(manifest), Some(copy)) = (manifest, copy)
            && manifest.bytes != copy.bytes
        {
            let right = entry.as_ref().map(|entry| entry.manifest_sha256);
            let (wrong, than) =
                if right == Some(manifest.sha256) { (&copy_name, MANIFEST) } else { (&name, MANIFEST_COPY) };
            self.found(wrong, format!("is not the same as {than}"));
        }
        let right = |file: &File<'_>| entry.as_ref().is_none_or(|entry| entry.manifest_sha256 == file.sha256);
        let Some(file) = [manifest, copy].into_iter().flatten().find(right) else {
            if manifest.is_some() && entry.is_some() {
                self.found(&name, "does not match its digest in the catalog");
            }
            return;
        };
        match Manifest::parse(file.bytes) {
            Ok(manifest) if manifest.label == *label => {
                self.expected.push(CatalogEntry::of(&manifest, file.sha256));
                self.manifests.insert(label.clone(), manifest);
            }
            Ok(manifest) => self.found(&name, format!("is of another backup, {}", manifest.label)),
            Err(error) => self.found(&name, error.to_string()),
        }
    }

    /// The catalog must be the one that these manifests give.
    fn catalog_agrees(&mut self, labels: &[Rc<str>]) {
        let Some(catalog) = &self.catalog else { return };
        if self.manifests.len() != labels.len() {
            return;
        }
        let expected = Catalog::of_archive(self.expected.clone());
        if *catalog == expected {
            return;
        }
        let differs = expected.backups.iter().find(|entry| catalog.get(&entry.label) != Some(entry));
        let what = match differs {
            Some(entry) => format!("does not say of {} what its manifest says", entry.label),
            None => "does not say what the backups in this archive give".to_owned(),
        };
        self.found(CATALOG, what);
    }

    /// Nothing is in an archive that no manifest names. (When a manifest cannot be read, nobody can say so of its folder.)
    fn names(&mut self) {
        let mut known: Set<String> = Set::from([FORMAT, README, SUMS, CATALOG].map(str::to_owned));
        for manifest in self.manifests.values() {
            let own = manifest.all_files().filter(|file| file.reference.is_none()).map(|file| &*file.path);
            known.extend(
                own.chain([MANIFEST, MANIFEST_COPY]).map(|path| layout::in_archive(&manifest.label, path)),
            );
        }
        let unreadable = |name: &str| {
            let label =
                name.strip_prefix("backups/").and_then(|rest| rest.split_once('/')).map(|(label, _)| label);
            label.is_some_and(|label| {
                !self.manifests.contains_key(label) && crate::backup::Label::parse(label).is_some()
            })
        };
        let strange: Vec<&str> = self
            .entries
            .keys()
            .filter(|name| !known.contains(**name) && !unreadable(name))
            .copied()
            .collect();
        for name in strange {
            self.report.add(Finding::new(&printable(name), "does not belong into an archive"));
        }
    }

    fn backups(&mut self) {
        let mut report = std::mem::take(&mut self.report);
        let catalog = self.catalog.clone().unwrap_or_else(|| Catalog::of_archive(self.expected.clone()));
        chain::check(&self.manifests, &catalog, &mut report);
        let (source, mut memo) = (&*self, Memo::default());
        for manifest in self.manifests.values() {
            if shape::check(manifest, &mut report) {
                files::check(manifest, &source, &mut memo, &mut report);
            }
        }
        for (name, what) in &self.unlisted {
            if !report.names(name) {
                report.add(Finding::new(&printable(name), *what));
            }
        }
        self.report = report;
    }
}

/// A name that may hold anything, as it can be shown.
fn printable(name: &str) -> String {
    let shown: String = name.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if shown.is_empty() { "A file without a name".to_owned() } else { shown }
}
