// The thread that makes digests, asked as the page asks it: for files that come as one, and for those that come in parts.
import { ensure } from "./harness.mjs";

export const name = "digests from the thread beside the page are the browser's own, however large the file";

const PARTS = [1, 55, 56, 64, 119, 1_000_000].map((more) => (16 << 20) + more);

export async function walk(lab) {
  await lab.ready();
  const asked = [1 << 20, ...PARTS].map((size) => ({ size, part: size + 1 }));
  asked.push(...PARTS.map((size) => ({ size, part: 1 << 20 })), { size: 16 << 20, part: 1 << 20 });
  for (const { size, part, made, right } of await lab.page.evaluate(digests, asked)) {
    ensure(made === right, `${size} bytes by ${part}: ${made} instead of ${right}`);
  }
}

async function digests(asked) {
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const worker = new Worker("digest.js");
  const answered = [];
  for (const { size, part } of asked) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 13);
    const made = await new Promise((resolve) => {
      worker.onmessage = ({ data }) => !(data instanceof ArrayBuffer) && resolve(hex(data));
      worker.postMessage(size);
      for (let at = 0; at < size; at += part) {
        const buffer = new ArrayBuffer(part);
        new Uint8Array(buffer).set(bytes.subarray(at, at + part));
        worker.postMessage(buffer, [buffer]);
      }
    });
    answered.push({ size, part, made, right: hex(await crypto.subtle.digest("SHA-256", bytes)) });
  }
  return answered;
}
