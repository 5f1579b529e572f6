// The page's second module: what it does not need to be alive (xtask/split/split.mjs). It is fetched when a person first
// touches the page: who only watches transfers nothing more.
const restUrl = new URL("REST", import.meta.url);
const restImports = () => ({ ...__wbg_get_imports(), first: wasm });
const started = new Promise((resolve) => addEventListener("TrunkApplicationStarted", resolve, { once: true }));
let coming;
function fetchRest() {
    coming ??= fetched().finally(() => { coming = undefined; });
    return coming;
}
async function fetched() {
    if (wasm?.__rest_here.value) return;
    const answer = await fetch(restUrl);
    if (!answer.ok) throw new Error(`${restUrl}: ${answer.status}`);
    const bytes = await answer.arrayBuffer();
    await started;
    await WebAssembly.instantiate(bytes, restImports());
    wasm.__rest_here.value = 1;
    performance.mark("rest-here");
}
// A function of it is called before it is here: the page waits for it.
function fetchRestNow() {
    performance.mark("rest-waited-for");
    const request = new XMLHttpRequest();
    request.open("GET", restUrl, false);
    request.overrideMimeType("text/plain; charset=x-user-defined");
    request.send();
    if (request.status !== 200) throw new Error(`${restUrl}: ${request.status}`);
    const bytes = Uint8Array.from(request.response, (char) => char.charCodeAt(0));
    new WebAssembly.Instance(new WebAssembly.Module(bytes), restImports());
    wasm.__rest_here.value = 1;
}
// What is stored is taken over by functions of it: the page goes on while it comes, and has no need to wait for it.
globalThis.rejoinRest = (wanted) => (wanted ? fetchRest().catch(() => performance.mark("rest-missing")) : undefined);
const untouched = new AbortController();
function touched() {
    untouched.abort();
    // Not to be had now is not an error yet: it is asked for again when it is needed.
    fetchRest().catch(() => performance.mark("rest-missing"));
}
for (const sign of ["pointermove", "pointerdown", "touchstart", "keydown", "focusin", "dragenter", "wheel", "click"]) {
    addEventListener(sign, touched, { capture: true, passive: true, signal: untouched.signal });
}
