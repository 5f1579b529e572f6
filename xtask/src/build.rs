//! `cargo xtask build`: the optimised page in `dist/`, and how large it is.

use crate::shell::{Done, root, run};
use crate::{chrome, node, policy, serve};
use std::path::Path;
use std::process::Command;

/// Prints a line per file: raw, gzip and brotli, as a static server would send it.
const SIZES: &str = r#"
const fs = require("fs"), path = require("path"), zlib = require("zlib");
const kib = bytes => (bytes / 1024).toFixed(1).padStart(9);
const files = fs.readdirSync(process.argv[1], { recursive: true }).sort();
const sums = [0, 0, 0], first = [0, 0, 0];
console.log(`${"KiB".padEnd(44)}      raw     gzip   brotli`);
for (const name of files) {
  const file = path.join(process.argv[1], name);
  if (!fs.statSync(file).isFile()) continue;
  const raw = fs.readFileSync(file);
  const packed = !/\.(png|webp|woff2|gz)$/.test(name);
  const gzip = packed ? zlib.gzipSync(raw, { level: 9 }).length : raw.length;
  const brotli = packed ? zlib.brotliCompressSync(raw).length : raw.length;
  [raw.length, gzip, brotli].forEach((size, i) => {
    sums[i] += size;
    if (!name.endsWith("_rest.wasm")) first[i] += size;
  });
  console.log(name.padEnd(44) + kib(raw.length) + kib(gzip) + kib(brotli));
}
console.log("together".padEnd(44) + sums.map(kib).join(""));
console.log("until alive, and as long as it is untouched".padEnd(44) + first.map(kib).join(""));
console.log("with the first touch".padEnd(44) + sums.map((sum, i) => kib(sum - first[i])).join(""));
console.log(first[2]);
"#;

/// What the page may transfer on a cold load that nobody touches: as brotli, all files but the module that it fetches with
/// the first touch.
pub const BROTLI_BYTES_MAX: u64 = 350_000;

/// Builds the page, cuts its wasm in two, then gives it its content security policy. Answers with whether it is light
/// enough.
pub fn page() -> Result<Done, String> {
    let mut trunk = serve::trunk(true, &["--profile", "page"])?;
    trunk.args(["build", "--release", "--cargo-profile", "page"]);
    run("building the optimised page", &mut trunk)?;
    let dist = root().join("dist");
    let in_two = cut(&dist)?;
    let index = dist.join("index.html");
    let page = std::fs::read_to_string(&index).map_err(|error| format!("{}: {error}", index.display()))?;
    let page = policy::tighten(&page)?;
    std::fs::write(&index, page).map_err(|error| format!("{}: {error}", index.display()))?;
    let sizes = node::script(SIZES, &[&dist])?;
    let (table, brotli) = sizes.rsplit_once('\n').ok_or("no sizes")?;
    println!("{table}");
    let bytes = brotli.parse().map_err(|_| format!("not a size: {brotli}"))?;
    Ok(if in_two { light(bytes) } else { Ok(()) })
}

/// What the page does not need to be alive waits in a second module. Which that is, a run in a browser shows; without
/// one the page stays in one piece. Answers with whether it was cut.
fn cut(dist: &Path) -> Result<bool, String> {
    let mut cut = Command::new("node");
    cut.current_dir(root()).arg("xtask/split/split.mjs").arg(dist).env_remove("CHROME");
    node::need(&[&node::BINARYEN])?;
    let browser = chrome::need();
    match &browser {
        Ok((chrome, _)) => {
            node::need(&[&node::PLAYWRIGHT])?;
            cut.env("CHROME", chrome);
        }
        Err(reason) => {
            println!("    the page stays in one piece and loads slower, for want of a browser: {reason}")
        }
    }
    cut.env("REJOIN_NODE_MODULES", node::folder().join("node_modules"));
    run("the page's wasm is cut in two: what it reaches while nobody touches it, and the rest", &mut cut)?;
    Ok(browser.is_ok())
}

/// The command: fails when an untouched load transfers too much.
pub fn build() -> Done {
    page()?
}

fn light(bytes: u64) -> Done {
    if bytes <= BROTLI_BYTES_MAX {
        return Ok(());
    }
    Err(format!("untouched the page transfers {bytes} bytes as brotli, the bound is {BROTLI_BYTES_MAX}"))
}
