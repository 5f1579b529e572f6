// Digests beside the page, on a thread of their own: browsers may make them on the thread that asks.
// A number says how many bytes come. Then they come, in buffers that go back once they are empty: all in one, or a part at a
// time, each but the last of whole blocks. After the last one comes their digest.
// The browser makes digests faster than anything here, but of all bytes as one, which it copies: so it makes those that come
// in one buffer, and those that come in parts are hashed here part by part, at a quarter of the speed.
"use strict";
const BLOCK = 64;
const [START, ROUNDS] = constants();
const state = new Int32Array(8);
const words = new Int32Array(64);
const tail = new Uint8Array(2 * BLOCK);
let size = 0;
let at = 0;
onmessage = ({ data }) => {
  if (typeof data === "number") {
    [size, at] = [data, 0];
    state.set(START);
    return;
  }
  const part = new Uint8Array(data, 0, Math.min(data.byteLength, size - at));
  at += part.length;
  if (part.length === size) {
    const digest = crypto.subtle.digest("SHA-256", part);
    postMessage(data, [data]);
    digest.then((digest) => postMessage(new Uint8Array(digest)), () => postMessage(null));
    return;
  }
  const whole = part.length - (part.length % BLOCK);
  blocks(part, whole);
  const rest = part.slice(whole);
  postMessage(data, [data]);
  if (at === size) postMessage(end(rest));
};

// The digest, once only the bytes after the last whole block are left.
function end(rest) {
  tail.fill(0);
  tail.set(rest);
  tail[rest.length] = 0x80;
  const length = rest.length + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  const view = new DataView(tail.buffer);
  view.setUint32(length - 8, Math.floor(size / 2 ** 29));
  view.setUint32(length - 4, (size * 8) >>> 0);
  blocks(tail, length);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setInt32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

// Takes `length` bytes, whole blocks, into the state.
function blocks(bytes, length) {
  for (let from = 0; from < length; from += BLOCK) {
    for (let i = 0, j = from; i < 16; i += 1, j += 4) {
      words[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = words[i - 15];
      const y = words[i - 2];
      const below = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const above = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16] + below + words[i - 7] + above) | 0;
    }
    // One by one: taking all at once from an array costs more than a round.
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i += 1) {
      const right = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + right + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const left = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (left + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

// The first bits of the fractions of the square roots of the first 8 primes, and of the cube roots of the first 64.
function constants() {
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  const isPrime = (n) => ![...Array(n).keys()].some((d) => d > 1 && n % d === 0);
  const primes = [...Array(312).keys()].filter((n) => n > 1 && isPrime(n));
  return [primes.slice(0, 8).map((n) => fraction(Math.sqrt(n))), Int32Array.from(primes, (n) => fraction(Math.cbrt(n)))];
}
