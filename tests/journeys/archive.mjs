// An exported archive looked at with tools that have never heard of us.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Unpacks the bytes; returns what `unzip -t` and `sha256sum -c` said, and every file by name.
export function unpack(bytes) {
  const folder = mkdtempSync(join(tmpdir(), "rejoin-"));
  try {
    const zip = join(folder, "archive.zip");
    const inside = join(folder, "inside");
    writeFileSync(zip, bytes);
    const tested = execFileSync("unzip", ["-t", zip], { encoding: "utf8" });
    execFileSync("unzip", ["-q", zip, "-d", inside]);
    const sums = execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: inside, encoding: "utf8" });
    const files = new Map();
    for (const entry of readdirSync(inside, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath ?? entry.path, entry.name);
      files.set(path.slice(inside.length + 1), readFileSync(path));
    }
    return { tested, sums, files };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
