//! An archive taken apart and put together again by somebody else: read with the `zip` crate, written here.

use rejoin::backup::digest::{crc32, sha256};
use rejoin::backup::{Catalog, CatalogEntry, Manifest};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::rc::Rc;

/// The files of an archive in their order. In names `$B` stands for the folder of the newest backup.
#[derive(Clone)]
pub struct Pack {
    pub files: Vec<(String, Vec<u8>)>,
    /// The newest backup.
    pub label: Rc<str>,
}

impl Pack {
    /// Reads an archive with the `zip` crate.
    pub fn open(archive: &[u8]) -> Pack {
        let mut zip = zip::ZipArchive::new(Cursor::new(archive)).expect("a ZIP for others too");
        let mut files = Vec::new();
        for i in 0..zip.len() {
            let mut file = zip.by_index(i).expect("an entry for others too");
            assert_eq!(file.compression(), zip::CompressionMethod::Stored);
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("its checksum holds");
            files.push((name(&file), bytes));
        }
        let catalog =
            files.iter().find(|(name, _)| name == "catalog.json").map(|(_, bytes)| Catalog::parse(bytes));
        let newest = catalog.and_then(|catalog| Some(catalog.ok()?.backups.last()?.label.clone()));
        Pack { files, label: newest.unwrap_or_else(|| "".into()) }
    }

    /// A name with its folder.
    pub fn full(&self, name: &str) -> String {
        name.replace("$B", &format!("backups/{}", self.label))
    }

    /// Where each file's parts lie: header, bytes, record.
    pub fn places(archive: &[u8]) -> BTreeMap<String, [std::ops::Range<usize>; 3]> {
        let mut zip = zip::ZipArchive::new(Cursor::new(archive)).expect("a ZIP for others too");
        let mut places = BTreeMap::new();
        for i in 0..zip.len() {
            let file = zip.by_index(i).expect("an entry for others too");
            let data = file.data_start().expect("a stored entry has data") as usize;
            let record = file.central_header_start() as usize;
            let parts = [
                file.header_start() as usize..data,
                data..data + file.size() as usize,
                record..record + 46 + name(&file).len(),
            ];
            places.insert(name(&file), parts);
        }
        places
    }

    pub fn get(&self, name: &str) -> &[u8] {
        let name = self.full(name);
        &self.files.iter().find(|(known, _)| *known == name).expect("the archive has this file").1
    }

    pub fn get_mut(&mut self, name: &str) -> &mut Vec<u8> {
        let name = self.full(name);
        &mut self.files.iter_mut().find(|(known, _)| *known == name).expect("the archive has this file").1
    }

    /// Adds a file at its place in the order, or replaces it.
    pub fn put(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        let name = self.full(name);
        self.files.retain(|(known, _)| *known != name);
        let place = self.files.iter().skip(1).position(|(known, _)| *known > name);
        self.files.insert(place.map_or(self.files.len(), |place| place + 1), (name, bytes.into()));
    }

    pub fn remove(&mut self, name: &str) -> Vec<u8> {
        let name = self.full(name);
        let place =
            self.files.iter().position(|(known, _)| *known == name).expect("the archive has this file");
        self.files.remove(place).1
    }

    /// Makes `SHA256SUMS` again.
    pub fn sums(&mut self) {
        let others = self.files.iter().filter(|(name, _)| name != "SHA256SUMS");
        let mut lines: Vec<_> =
            others.map(|(name, bytes)| (name, format!("{}  {name}\n", sha256(bytes)))).collect();
        lines.sort();
        let text: String = lines.into_iter().map(|(_, line)| line).collect();
        self.put("SHA256SUMS", text);
    }

    /// The manifest of the newest backup.
    pub fn manifest(&self) -> Manifest {
        Manifest::parse(self.get("$B/manifest.json")).expect("a sound manifest")
    }

    /// Puts a manifest and its copy, and makes the catalog and the digests again: everything is consistent but what the
    /// manifest says.
    pub fn with_manifest(&mut self, manifest: &Manifest) {
        let bytes = manifest.to_bytes();
        for name in ["manifest.json", "manifest.copy.json"] {
            self.put(&format!("backups/{}/{name}", manifest.label), bytes.clone());
        }
        let mut catalog = Catalog::parse(self.get("catalog.json")).expect("a sound catalog");
        let entry = CatalogEntry::of(manifest, sha256(&bytes));
        for known in catalog.backups.iter_mut().filter(|known| known.label == entry.label) {
            *known = entry.clone();
        }
        self.put("catalog.json", catalog.to_bytes());
        self.sums();
    }

    /// The archive's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut records = Vec::new();
        for (name, bytes) in &self.files {
            let place = out.len() as u32;
            let mut common = vec![10, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
            common.extend(crc32(bytes).0.to_le_bytes());
            common.extend((bytes.len() as u32).to_le_bytes());
            common.extend((bytes.len() as u32).to_le_bytes());
            common.extend((name.len() as u16).to_le_bytes());
            common.extend([0, 0]);
            out.extend(b"PK\x03\x04");
            out.extend(&common);
            out.extend(name.as_bytes());
            out.extend(bytes);
            records.extend(b"PK\x01\x02\x14\x03");
            records.extend(&common);
            records.extend([0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81]);
            records.extend(place.to_le_bytes());
            records.extend(name.as_bytes());
        }
        let place = out.len() as u32;
        out.extend(&records);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend((self.files.len() as u16).to_le_bytes());
        out.extend((self.files.len() as u16).to_le_bytes());
        out.extend((records.len() as u32).to_le_bytes());
        out.extend(place.to_le_bytes());
        out.extend([0, 0]);
        out
    }
}

fn name<R: Read>(file: &zip::read::ZipFile<'_, R>) -> String {
    file.name().expect("a name in UTF-8").into_owned()
}
