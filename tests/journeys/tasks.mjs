// How long a page stands still: its tasks, in the time that the processor gave them. What else the machine does meanwhile
// makes them longer for who waits, and says nothing of the page.

export class Tasks {
  // From now on they are counted.
  static async begin(lab) {
    const tasks = new Tasks();
    tasks.events = [];
    tasks.session = await lab.browser.newBrowserCDPSession();
    tasks.session.on("Tracing.dataCollected", ({ value }) => tasks.events.push(...value));
    const traceConfig = { includedCategories: ["toplevel"], traceBufferSizeInKb: 20_000 };
    await tasks.session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
    return tasks;
  }

  // The longest of any page since then: its own time, and from its beginning to its end, in milliseconds.
  async longest() {
    const complete = new Promise((told) => this.session.once("Tracing.tracingComplete", told));
    await this.session.send("Tracing.end");
    await complete;
    await this.session.detach();
    const thread = ({ pid, tid }) => `${pid} ${tid}`;
    const named = this.events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
    const pages = new Set(named.map(thread));
    const tasks = this.events.filter((event) => /RunTask$/.test(event.name) && pages.has(thread(event)));
    const most = (of) => Math.max(0, ...tasks.map((task) => (task[of] ?? 0) / 1000));
    return { own_ms: most("tdur"), whole_ms: most("dur"), count: tasks.length };
  }
}
