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
console.log("until the page is alive".padEnd(44) + first.map(kib).join(""));
console.log(first[2]);
"#;

/// What the page should weigh on the wire at most until it is alive: as brotli, all files but the module that it fetches
/// later.
pub const BROTLI_BYTES_GOAL: u64 = 350 * 1024;

/// What the tests let it weigh. It is above the goal, and only ever goes down: lower it whenever the page has lost weight.
pub const BROTLI_BYTES_MAX: u64 = 370 * 1024;

/// Builds the page, cuts its wasm in two, then gives it its content security policy. Answers with its weight until it is
/// alive.
pub fn page() -> Result<u64, String> {
    let mut trunk = serve::trunk(true, &["--profile", "page"])?;
    trunk.args(["build", "--release", "--cargo-profile", "page"]);
    run("building the optimised page", &mut trunk)?;
    let dist = root().join("dist");
    cut(&dist)?;
    let index = dist.join("index.html");
    let page = std::fs::read_to_string(&index).map_err(|error| format!("{}: {error}", index.display()))?;
    let page = policy::tighten(&page)?;
    std::fs::write(&index, page).map_err(|error| format!("{}: {error}", index.display()))?;
    let sizes = node::script(SIZES, &[&dist])?;
    let (table, brotli) = sizes.rsplit_once('\n').ok_or("no sizes")?;
    println!("{table}");
    brotli.parse().map_err(|_| format!("not a size: {brotli}"))
}

/// What the page does not need to be alive waits in a second module. Which that is, a run in a browser shows; without
/// one the page stays in one piece.
fn cut(dist: &Path) -> Done {
    let mut cut = Command::new("node");
    cut.current_dir(root()).arg("xtask/split/split.mjs").arg(dist).env_remove("CHROME");
    node::need(&[&node::BINARYEN])?;
    match chrome::need() {
        Ok((chrome, _)) => {
            node::need(&[&node::PLAYWRIGHT])?;
            cut.env("CHROME", chrome);
        }
        Err(reason) => {
            println!("    the page stays in one piece and loads slower, for want of a browser: {reason}")
        }
    }
    cut.env("REJOIN_NODE_MODULES", node::folder().join("node_modules"));
    run("the page's wasm is cut in two: what it calls to be alive, and the rest", &mut cut)
}

/// The command.
pub fn build() -> Done {
    let bytes = page()?;
    if bytes > BROTLI_BYTES_GOAL {
        println!("{}", overweight(bytes));
    }
    Ok(())
}

/// A sentence about a page that weighs too much.
pub fn overweight(bytes: u64) -> String {
    format!(
        "until it is alive the page weighs {} KiB as brotli, the goal is {} KiB, the tests allow {} KiB",
        bytes / 1024,
        BROTLI_BYTES_GOAL / 1024,
        BROTLI_BYTES_MAX / 1024
    )
}
