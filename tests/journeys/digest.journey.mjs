// The thread that makes digests, asked as the page asks it: small files, and those that it never holds.
import { ensure } from "./harness.mjs";

export const name = "digests from the thread beside the page are the browser's own, however large the file";

const HELD_BYTES_MAX = 16 << 20;

export async function walk(lab) {
  await lab.ready();
  const sizes = [1 << 20, HELD_BYTES_MAX, ...[1, 55, 56, 64, 119, 1_000_000].map((more) => HELD_BYTES_MAX + more)];
  for (const { size, made, right } of await lab.page.evaluate(digests, sizes)) {
    ensure(made === right, `${size} bytes: ${made} instead of ${right}`);
  }
}

async function digests(sizes) {
  const PART = 1 << 20;
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const worker = new Worker("digest.js");
  const answered = [];
  for (const size of sizes) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 13);
    const made = await new Promise((resolve) => {
      worker.onmessage = ({ data }) => !(data instanceof ArrayBuffer) && resolve(hex(data));
      worker.postMessage(size);
      for (let at = 0; at < size; at += PART) {
        const part = new ArrayBuffer(PART);
        new Uint8Array(part).set(bytes.subarray(at, at + PART));
        worker.postMessage(part, [part]);
      }
    });
    answered.push({ size, made, right: hex(await crypto.subtle.digest("SHA-256", bytes)) });
  }
  return answered;
}
