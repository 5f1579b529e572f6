//! What an archive says of itself is changed: the manifest and its copy, the catalog, the digests, the format.

use crate::corruption::{check, check_full, check_manifest, path};
use crate::pack::Pack;
use rejoin::backup::Catalog;
use rejoin::backup::digest::sha256;
use rejoin::backup::manifest::Feature;

#[test]
fn a_manifest_that_differs_from_its_copy() {
    let other = path("manifest.copy.json");
    check("$B/manifest.copy.json is not the same as manifest.json", |pack| {
        let mut manifest = pack.manifest();
        manifest.cluster_id = "other".into();
        pack.put(&other, manifest.to_bytes());
        pack.sums();
    });
    check("$B/manifest.json is not the same as manifest.copy.json", |pack| {
        let mut manifest = pack.manifest();
        manifest.cluster_id = "other".into();
        pack.put(&path("manifest.json"), manifest.to_bytes());
        pack.sums();
    });
}

#[test]
fn a_manifest_that_the_catalog_does_not_have() {
    check("$B/manifest.json does not match its digest in the catalog", |pack| {
        let mut manifest = pack.manifest();
        manifest.cluster_id = "other".into();
        for name in ["manifest.json", "manifest.copy.json"] {
            pack.put(&path(name), manifest.to_bytes());
        }
        pack.sums();
    });
}

#[test]
fn a_manifest_of_another_label() {
    check_full("$B/manifest.json is of another backup, 20260101-000031F", |pack| {
        let mut manifest = pack.manifest();
        manifest.label = "20260101-000031F".into();
        manifest.chain = vec![manifest.label.clone()];
        for name in ["manifest.json", "manifest.copy.json"] {
            pack.put(&path(name), manifest.to_bytes());
        }
        let mut catalog = Catalog::parse(pack.get("catalog.json")).expect("sound");
        catalog.backups[0].manifest_sha256 = sha256(&manifest.to_bytes());
        pack.put("catalog.json", catalog.to_bytes());
        pack.sums();
    });
}

#[test]
fn a_manifest_in_other_words() {
    check("$B/manifest.json is not written as this format prescribes (byte 2)", |pack| {
        let text = String::from_utf8(pack.get(&path("manifest.json")).to_vec()).expect("JSON");
        let minified = text.replace("\n  ", "\n");
        for name in ["manifest.json", "manifest.copy.json"] {
            pack.put(&path(name), minified.as_bytes());
        }
        let mut catalog = Catalog::parse(pack.get("catalog.json")).expect("sound");
        catalog.backups.last_mut().expect("one").manifest_sha256 = sha256(minified.as_bytes());
        pack.put("catalog.json", catalog.to_bytes());
        pack.sums();
    });
}

#[test]
fn a_catalog_that_says_something_else() {
    let change = |change: fn(&mut Catalog)| {
        move |pack: &mut Pack| {
            let mut catalog = Catalog::parse(pack.get("catalog.json")).expect("sound");
            change(&mut catalog);
            pack.put("catalog.json", catalog.to_bytes());
            pack.sums();
        }
    };
    check(
        "catalog.json does not say of $L what its manifest says",
        change(|c| c.backups.last_mut().expect("one").bytes_own += 1),
    );
    check("catalog.json does not say what the backups in this archive give", change(|c| c.generation += 1));
    check("catalog.json does not have $L, which is in the archive", change(|c| c.backups.clear()));
    check(
        "backups/20260101-000040F/manifest.json is missing",
        change(|c| {
            let mut more = c.backups[0].clone();
            more.label = "20260101-000040F".into();
            c.backups.push(more);
        }),
    );
}

#[test]
fn digests_in_another_form() {
    check("SHA256SUMS is not written as this format prescribes", |pack| {
        let text = String::from_utf8(pack.get("SHA256SUMS").to_vec()).expect("text");
        pack.put("SHA256SUMS", text + "\n");
    });
    check("README.txt does not match its digest in SHA256SUMS", |pack| {
        pack.get_mut("README.txt").push(b'\n')
    });
}

#[test]
fn formats_and_features_of_the_future() {
    check(
        "the archive has version 2 and needs a reader of version 2, and this Rejoin knows 1. Use a newer Rejoin.",
        |pack| {
            pack.put("FORMAT", "");
            pack.files.retain(|(name, _)| name != "FORMAT");
            pack.files.insert(0, ("FORMAT".to_owned(), b"rejoin-archive 2 2\n".to_vec()));
            pack.sums();
        },
    );
    check_manifest("has format 2, and this version of Rejoin reads formats up to 1", |m| m.format = 2);
    check_manifest("needs the feature \"sparse\" to restore, which this version of Rejoin lacks", |m| {
        m.features_required.push(Feature { name: "sparse".into(), operations: vec!["restore".into()] });
    });
}

#[test]
fn a_format_that_is_none() {
    check("FORMAT does not say what every archive says", |pack| {
        pack.files[0].1 = b"rejoin-archive 1 0\n".to_vec();
        pack.sums();
    });
}
