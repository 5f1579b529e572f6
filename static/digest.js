// Digests beside the page, on a thread of their own: browsers may make them on the thread that asks.
// A number says how many bytes come. Then they come, a part at a time, each in a buffer that goes back once it is empty.
// After the last one comes their digest.
"use strict";
const BUFFER_BYTES_KEPT = 64 << 20;
const BUFFER_KEPT_MS = 10_000;
let buffer = new Uint8Array(0);
let size = 0;
let at = 0;
let idle;
onmessage = ({ data }) => {
  clearTimeout(idle);
  idle = setTimeout(() => { buffer = new Uint8Array(0); }, BUFFER_KEPT_MS);
  if (typeof data === "number") {
    [size, at] = [data, 0];
    // A new one costs more than half of a digest; a large one is not kept for small things.
    if (buffer.length < size || buffer.length > BUFFER_BYTES_KEPT) buffer = new Uint8Array(size);
    return;
  }
  const part = new Uint8Array(data, 0, Math.min(data.byteLength, size - at));
  buffer.set(part, at);
  at += part.length;
  postMessage(data, [data]);
  if (at < size) return;
  const digest = crypto.subtle.digest("SHA-256", buffer.subarray(0, size));
  digest.then((digest) => postMessage(new Uint8Array(digest)), () => postMessage(null));
};
