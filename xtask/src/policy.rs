//! The built page's content security policy.
//!
//! `index.html` carries the policy with `'unsafe-inline'` for scripts, because Trunk's page loads its module from an
//! inline script, and while serving adds another that reloads the page. The built page names its inline scripts by
//! digest instead.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const LOOSE: &str = "'unsafe-inline'";

/// Puts the digest of each inline script in the place of `'unsafe-inline'`.
///
/// Refuses a page whose policy has not exactly one place for it, or that has no inline script: then Trunk's output is
/// not what we think it is.
pub fn tighten(page: &str) -> Result<String, String> {
    if page.matches(LOOSE).count() != 1 {
        return Err(format!("index.html: the policy wants exactly one {LOOSE}, which the build replaces"));
    }
    let digests: Vec<_> = inline_scripts(page).into_iter().map(digest).collect();
    if digests.is_empty() {
        return Err("dist/index.html: no inline script found".into());
    }
    Ok(page.replace(LOOSE, &digests.join(" ")))
}

/// The bodies of the scripts that name no source.
fn inline_scripts(page: &str) -> Vec<&str> {
    let mut bodies = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find("<script") {
        let Some(open) = rest[start..].find('>').map(|at| start + at) else { break };
        let Some(close) = rest[open..].find("</script").map(|at| open + at) else { break };
        if !rest[start..open].contains(" src=") {
            bodies.push(&rest[open + 1..close]);
        }
        rest = &rest[close + "</script".len()..];
    }
    bodies
}

fn digest(script: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::{inline_scripts, tighten};

    #[test]
    fn only_inline_scripts_are_named() {
        let page =
            "<script type=\"module\">\nimport x;\n</script><script src=\"a.js\"></script><script>b</script>";
        assert_eq!(inline_scripts(page), ["\nimport x;\n", "b"]);
    }

    #[test]
    fn the_digest_is_that_of_the_text_between_the_tags() {
        let page = "<meta content=\"script-src 'self' 'unsafe-inline'\"><script>alert(1)</script>";
        let tight = tighten(page).unwrap();
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let digest = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        assert!(tight.contains(&format!("'self' {digest}")), "{tight}");
    }

    #[test]
    fn a_page_without_a_policy_or_without_a_script_is_refused() {
        for page in ["<script>a</script>", "<meta content=\"'unsafe-inline'\">"] {
            assert!(tighten(page).is_err(), "{page}");
        }
    }
}
