// The browser's storage refuses, loses the connection, is cleared, is newer, is damaged: a clear message, nothing lost.
import { ensure } from "../harness.mjs";
import { backUp, cdp, exported, fullBackup, inDatabase, isSaved, list, profile, said, saved, tab, wholeAndGoesOn } from "./tools.mjs";

const origin = (lab) => lab.server.origin;

async function quota(lab, quotaSize) {
  const session = await cdp(lab);
  await session.send("Storage.overrideQuotaForOrigin", { origin: origin(lab), ...(quotaSize && { quotaSize }) });
}

// In memory, named as such, and an export is still possible.
async function notSaved(lab, pattern) {
  await said(lab, pattern);
  // What storage does may be said before the backup is there.
  await lab.until("it is there, and not called saved", async () => (await list(lab)).some((row) => !isSaved(row)));
  ensure((await exported(lab)).bytes.length > 1000, "it cannot be exported");
}

// Lets so many openings of transactions fail as on a connection that the browser dropped.
const losing = (times) => {
  const own = IDBDatabase.prototype.transaction;
  window.lost = 0;
  window.losing = times;
  IDBDatabase.prototype.transaction = function (...given) {
    if (given[1] === "readwrite" && window.losing > 0) {
      window.losing -= 1;
      window.lost += 1;
      this.close();
      throw new DOMException("the connection is closing", "InvalidStateError");
    }
    return own.apply(this, given);
  };
};

const without = (message, init) => async (lab) => {
  await profile(lab, init);
  await fullBackup(lab);
  await notSaved(lab, message);
};

// A backup is stored, then changed there; the page is loaded again.
const damaged = (work, check) => async (lab) => {
  await profile(lab);
  await backUp(lab);
  await inDatabase(lab, work);
  await lab.page.close();
  await tab(lab);
  await check(lab);
};

const named = (pattern) => async (lab) => {
  await lab.until(`it is damaged: ${pattern}`, async () => (await list(lab)).some((row) => pattern.test(row.verified)));
  const restore = lab.buttons(/^Restore \d/).first();
  await restore.click();
  await lab.until("its restore is refused", async () => (await lab.button("Stop consumers").getAttribute("aria-disabled")) === "true");
};

export const cases = [
  ["quota used up: a clear message, and it is exported all the same", async (lab) => {
    await profile(lab);
    await quota(lab, 1000);
    await fullBackup(lab);
    await notSaved(lab, /Not saved: the browser's quota is used up\. Export or delete a backup\./);
    await quota(lab);
  }],
  ["quota used up, then enough: the next act saves both", async (lab) => {
    await profile(lab);
    await quota(lab, 1000);
    await fullBackup(lab);
    await said(lab, /quota is used up/);
    await quota(lab);
    await fullBackup(lab);
    await saved(lab, 2);
  }],
  ["quota used up by a later backup: those before it stay saved", async (lab) => {
    await profile(lab);
    await quota(lab, 900_000);
    await backUp(lab);
    await lab.speed(10);
    await lab.until("the quota is used up", async () => {
      await fullBackup(lab);
      await lab.page.waitForTimeout(200);
      return /quota is used up/.test(await lab.text());
    });
    const before = (await list(lab)).filter(isSaved);
    ensure(before.length > 0, "nothing stayed saved");
    await quota(lab);
    await lab.page.reload({ waitUntil: "commit" });
    await lab.ready();
    await lab.open("Backups");
    const after = await saved(lab, before.length);
    ensure(after.every((row, at) => row.label === before[at].label && /holds/.test(row.verified)), JSON.stringify(after));
  }],
  ["quota used up by an import: it is there, and not called saved", async (lab) => {
    await profile(lab);
    await backUp(lab);
    const archive = await exported(lab);
    await profile(lab);
    await quota(lab, 1000);
    await lab.choose(() => lab.press("Import"), archive.name, archive.bytes, "application/zip");
    await notSaved(lab, /quota is used up/);
    await quota(lab);
  }],
  ["storage cleared before the first backup: it is saved", async (lab) => {
    await profile(lab);
    await (await cdp(lab)).send("Storage.clearDataForOrigin", { origin: origin(lab), storageTypes: "all" });
    await backUp(lab);
  }],
  ["storage cleared under a backup: the next one is not called saved, and can be exported", async (lab) => {
    await profile(lab);
    await backUp(lab);
    await (await cdp(lab)).send("Storage.clearDataForOrigin", { origin: origin(lab), storageTypes: "all" });
    await fullBackup(lab);
    await notSaved(lab, /Not saved: /);
  }],
  ...[1, 2, 3].map((times) => [`a connection lost ${times} times is opened again`, async (lab) => {
    await profile(lab, losing, times);
    await backUp(lab);
    ensure((await lab.page.evaluate(() => window.lost)) === times, "no connection was lost");
  }]),
  ["a connection lost again and again: said, not saved, exported", async (lab) => {
    await profile(lab, losing, 1000);
    await fullBackup(lab);
    await notSaved(lab, /Not saved: the browser lost the connection to its storage/);
  }],
  ["after that it heals: the next act saves both", async (lab) => {
    await profile(lab, losing, 1000);
    await fullBackup(lab);
    await said(lab, /lost the connection/);
    await lab.page.evaluate(() => (window.losing = 0));
    await fullBackup(lab);
    await saved(lab, 2);
  }],
  ["a transaction that is aborted at its end saves nothing, and says so", async (lab) => {
    await profile(lab, () => {
      const own = IDBDatabase.prototype.transaction;
      window.aborting = true;
      IDBDatabase.prototype.transaction = function (...given) {
        const transaction = own.apply(this, given);
        if (window.aborting && [...given[0]].includes("catalog") && given[1] === "readwrite") {
          transaction.objectStore("catalog").get("catalog").onsuccess = () => transaction.abort();
        }
        return transaction;
      };
    });
    await fullBackup(lab);
    await notSaved(lab, /Not saved: the browser's storage refused/);
    await lab.page.evaluate(() => (window.aborting = false));
    await fullBackup(lab);
    await saved(lab, 2);
  }],
  ["no IndexedDB, as in some private windows", without(/The browser keeps nothing for this page/, () =>
    Object.defineProperty(window, "indexedDB", { value: undefined }))],
  ["IndexedDB refused by a policy", without(/The browser keeps nothing for this page/, () => {
    IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };
  })],
  ["IndexedDB that cannot be opened", without(/Not saved: |The browser keeps nothing/, () => {
    IDBFactory.prototype.open = () => { throw new DOMException("Internal error opening backing store", "UnknownError"); };
  })],
  ["no durability option, as in older browsers", async (lab) => {
    await profile(lab, () => {
      const own = IDBDatabase.prototype.transaction;
      IDBDatabase.prototype.transaction = function (names, mode) { return own.call(this, names, mode); };
    });
    await backUp(lab);
  }],
  ["a newer page wants the database: this one lets go of it and says so", async (lab) => {
    await profile(lab);
    await backUp(lab);
    const other = await lab.context.newPage();
    await other.goto(`${lab.server.url}icon-none`, { waitUntil: "commit" });
    const blocked = await other.evaluate(() => new Promise((resolve, reject) => {
      let blocked = false;
      const request = indexedDB.open("rejoin", 2);
      request.onblocked = () => (blocked = true);
      request.onsuccess = () => { request.result.close(); resolve(blocked); };
      request.onerror = () => reject(request.error);
    }));
    ensure(!blocked, "the newer page was blocked");
    await said(lab, /The stored backups were written by a newer Rejoin\. Load the page again\./);
  }],
  ["a newer database is left alone", async (lab) => {
    await profile(lab);
    await backUp(lab);
    await lab.page.goto(`${lab.server.url}icon-none`, { waitUntil: "commit" });
    await lab.page.evaluate(() => new Promise((resolve, reject) => {
      const request = indexedDB.open("rejoin", 2);
      request.onsuccess = () => { request.result.close(); resolve(); };
      request.onerror = () => reject(request.error);
    }));
    await tab(lab);
    await said(lab, /written by a newer Rejoin/);
    await fullBackup(lab);
    await lab.until("it is in memory only", async () => (await list(lab)).length === 1 && !(await list(lab)).some(isSaved));
  }],
  ["a chunk that nothing names is dropped at the next load", damaged(
    (database, done) => done(database.transaction("chunks", "readwrite").objectStore("chunks").put(new ArrayBuffer(9), [new Uint8Array(32), 0])),
    async (lab) => {
      await saved(lab, 1);
      const left = await lab.until("it is gone", async () =>
        (await inDatabase(lab, async (database, done) =>
          (await done(database.transaction("chunks").objectStore("chunks").getAllKeys())).filter(([file]) => new Uint8Array(file).every((byte) => byte === 0)).length)) === 0);
      ensure(left, "it stays");
    })],
  ["a stored chunk with a flipped bit is named", damaged(
    async (database, done) => {
      const store = database.transaction("chunks", "readwrite").objectStore("chunks");
      for (const key of await done(store.getAllKeys())) {
        const bytes = new Uint8Array(await done(store.get(key)));
        if (bytes.length < 2000) continue;
        bytes[bytes.length - 5] ^= 1;
        await done(store.put(bytes.buffer, key));
        return;
      }
    }, named(/damaged: /))],
  ["a stored chunk that is gone is named", damaged(
    async (database, done) => {
      const store = database.transaction("chunks", "readwrite").objectStore("chunks");
      await done(store.delete((await done(store.getAllKeys()))[0]));
    }, named(/damaged: /))],
  ["a stored manifest that was changed is named", damaged(
    async (database, done) => {
      const store = database.transaction("manifests", "readwrite").objectStore("manifests");
      const [key] = await done(store.getAllKeys());
      const bytes = new Uint8Array(await done(store.get(key)));
      bytes[200] ^= 1;
      await done(store.put(bytes.buffer, key));
    }, named(/damaged: /))],
  ["a stored catalog that is no catalog: said, and not overwritten", damaged(
    (database, done) => done(database.transaction("catalog", "readwrite").objectStore("catalog").put({ generation: 1, bytes: new Uint8Array([123, 33]).buffer }, "catalog")),
    async (lab) => {
      await said(lab, /The stored backups cannot be read: the catalog/);
      await fullBackup(lab);
      await lab.page.waitForTimeout(400);
      ensure(!(await list(lab)).some(isSaved), "it was saved over what cannot be read");
      const bytes = await inDatabase(lab, async (database, done) =>
        (await done(database.transaction("catalog").objectStore("catalog").get("catalog"))).bytes.byteLength);
      ensure(bytes === 2, `the catalog has ${bytes} bytes now`);
    })],
  ["a stored value that is not made of bytes: said, and not overwritten", damaged(
    (database, done) => done(database.transaction("catalog", "readwrite").objectStore("catalog").put({ generation: 1, bytes: "text" }, "catalog")),
    (lab) => said(lab, /a stored value is not made of bytes/))],
];
