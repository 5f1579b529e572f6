//! The table of texts: a row a text, a column a language. `{0}` is a place for a value, `one|many` a plural.

/// Makes the table's type from its rows and one constant a column.
macro_rules! table {
    ($($(#[$section:meta])* $name:ident = $en:literal;)*) => {
        /// All texts in one language.
        #[derive(Debug)]
        pub struct Texts { $(#[doc = $en] pub $name: &'static str,)* }
        /// English.
        pub static EN: Texts = Texts { $($name: $en,)* };
    };
}

table! {
    // The bar and the transport.
    brand = "Rejoin";
    skip = "Skip to the stage";
    transport = "Transport";
    play = "Play";
    pause = "Pause";
    step = "Step";
    step_size = "Size of a step";
    step_event = "one event";
    step_rebalance = "one rebalance";
    step_interesting = "next interesting event";
    speed = "Speed";
    speed_value = "{0}×";
    clock = "Virtual time";
    stories = "Story";
    theme_auto = "Theme: automatic";
    theme_light = "Theme: light";
    theme_dark = "Theme: dark";

    // Measures.
    measures = "Measures";
    unowned_seconds = "unowned partition-seconds";
    unowned_now = "{0} now";
    pause_partition = "pause per partition";
    pause_unit = "s max";
    pause_median = "median {0}";
    moved = "partitions moved";
    needlessly = "needlessly {0}";
    read_again = "read again";
    to_come = "{0} to come";
    skipped = "skipped";
    lag_said = "lag, as monitors say";
    in_truth = "{0} unread in truth";
    rebalances = "rebalances";
    running_now = "running";
    generation = "generation {0}";
    epoch = "epoch {0}";
    epoch_word = "epoch";
    messages_sent = "protocol messages";
    cannot_tell = "cannot tell yet";

    // Stage.
    stage = "Stage";
    partitions_rate = "{0} partition, {1} records/s|{0} partitions, {1} records/s";
    add_consumer = "Add consumer";
    load_file = "Load file";
    table = "Table";
    partition = "partition";
    committed = "committed";
    position = "position";
    be_read_again = "to be read again";
    unread = "unread";
    owner = "owner";
    owners_head = "who owns how many";
    consumers_head = "consumers";
    unowned = "unowned";
    no_owner_yet = "not yet";
    unowned_for = "unowned {0}";
    log_name = "log of {0}: committed {1}, position {2}, high watermark {3}, owner {4}";
    none = "none";
    no_topics = "No topics. A topic holds the records that consumers read; load a file to make one.";
    no_consumers = "No consumers. Nobody reads.";
    owner_count = "{0} partition, {1} unread|{0} partitions, {1} unread";
    kill = "Kill";
    kill_name = "Kill {0}";
    restart = "Restart";
    restart_name = "Restart {0}";
    more_name = "More for {0}";
    close_name = "Close {0}";
    close_hint = "says goodbye";
    pause_name = "Pause {0} for 20 s";
    pause_hint = "all threads";
    slow_name = "Slow {0} for 20 s";
    slow_hint = "poll loop only";
    dead_already = "{0} does not run.";
    facts_rate = "{0} records/s, busy {1}";
    facts_lag = "lag {0}";
    facts_gives_up = "gives up {0}";
    facts_receives = "receives {0}";
    moves_to = "to {0}";
    moves_name = "{0}, to be given up to {1}";
    heartbeat = "last heartbeat";
    seconds_ago = "{0} s ago";
    facts_uncommitted = "{0} read, not committed";
    facts_removed = "removed {0} ago";

    // Tables for readers' tools and for the Table button.
    ownership = "Ownership";
    consumers = "Consumers";
    topic = "topic";
    end = "end";
    lag = "lag";
    name = "name";
    state = "state";
    group = "group";
    owns = "owns";
    uncommitted = "not committed";
    generation_head = "generation";
    epoch_head = "generation or epoch";

    // States of consumers and groups, in our words.
    state_joining = "joining";
    state_syncing = "waits for its partitions";
    state_reads = "reads {0}";
    state_reads_tail = " partition| partitions";
    state_running = "running";
    state_idle = "idle, owns nothing";
    state_not_told = "not told yet, reads on";
    state_told = "told, finishes its records";
    state_paused = "paused until {0}";
    state_slow = "slow until {0}";
    name_paused = "paused";
    name_slow = "slow";
    state_zombie = "removed, does not know it";
    state_killed = "killed";
    state_closed = "closed";
    state_failed = "failed";
    ago = "{0} {1} ago";

    // Time.
    time = "Time";
    owned = "owned";
    rebalance = "rebalance";
    rebalance_took = "rebalance, {0}";
    unread_to = "unread 0 to {0}";
    axis_name = "Time axis from {0} to {1}, now {2}, {3} marks";
    ownership_name = "Ownership from {0} to {1}: {2}";
    all_owned = "no partition is unowned, {0} changes of owner";
    some_unowned = "unowned now: {0}";
    lag_name = "Lag of all groups: monitors say {0}, in truth {1} unread; at most {2} from {3} to {4}";
    monitors = "monitors {0}";
    truth = "truth {0}";
    group_lag = "group lag";
    rows_left_out = "{0} more partition is in the table.|{0} more partitions are in the table.";
    tenures = "Tenures";
    tenures_head = "owners, from and to in seconds";
    tenure_open = "{0} from {1}";
    tenure_closed = "{0} {1} to {2}";

    time_table = "Table of owners over time";
    unowned_s = "unowned, s";
    seconds = "{0} s";
    window = "Part of the run that is shown";
    window_last = "last {0}";
    whole_run = "Whole run";
    zoom_in = "Zoom in";
    zoom_out = "Zoom out";
    zoom_end = "No further.";

    // Inspector.
    inspector = "Inspector";
    selected = "Selected";
    tab_partition = "Partition";
    tab_consumer = "Consumer";
    tab_group = "Group";
    nothing_selected = "Nothing is selected. Choose a partition, a consumer or a group.";
    ruler_name = "Offset ruler of {0}: log start {1}, committed {2}, position {3}, high watermark {4}; {5} to read again, {6} unread";
    committed_at = "committed {0}";
    position_at = "position {0}";
    high_watermark = "high watermark";
    log_start_at = "log start {0}";
    backup_at = "backup at {0}";
    backups_at = "{0} backup, newest at {1}|{0} backups, newest at {1}";
    n_uncommitted = "{0} not committed";
    n_again = "{0} to read again";
    n_unread = "{0} unread";
    explain_lag = "Monitors report a lag of {0} = {1} \u{2212} {2}. In truth {3} are unread.";
    explain_at_risk = "{0} would be read again if it died now.";
    explain_again = "{0} were read and not committed: they will be read again.";
    explain_no_group = "No group reads this topic.";
    owned_by = "read by {0}";
    not_owned_yet = "not owned yet";
    no_group = "no group reads it";
    explain_none = "No commits yet: lag cannot be told.";
    newest_records = "Newest records";
    no_records = "The log is empty.";
    log_facts = "The log";
    records_in_log = "records";
    batches = "batches";
    bytes = "bytes";
    leader_epoch = "leader epoch";
    read_by = "read by";
    poll_loop = "Poll loop";
    no_output = "Nothing read yet.";
    processed = "{0} processed";
    output_again = "again";
    output_null = "null";
    messages = "Messages";
    in_order = "in order, not to scale";
    no_messages = "No messages yet.";
    messages_name = "Messages between {0} and the coordinator, in order: the last is {1}";
    coordinator = "coordinator";
    held = "held";
    no_error = "ok";
    message_list = "The same as a list";
    sent = "sent";
    request = "request";
    answer = "answer";
    settings = "Settings";
    settings_changed = "Bold ones are not Kafka's default.";
    changed = "changed";
    member_id = "member id";
    member_epoch = "member epoch";
    member_state = "member state";
    gives_up = "gives up";
    receives = "receives";
    group_protocol = "group.protocol";
    group_epoch = "group epoch";
    assignment_epoch = "assignment epoch";
    assignor = "assignor";
    leader = "leader";
    members = "Members";
    member = "member";
    n_members = "{0} member|{0} members";
    no_members = "No members.";
    current = "current";
    target = "target";
    still_gives_up = "still to give up: {0}";
    still_receives = "waits for: {0}";
    group_empty = "No consumer is a member.";
    group_preparing = "It waits for all members to join again.";
    group_completing = "It waits for the leader's assignment.";
    group_stable = "Every member has what it is to have.";
    group_assigning = "The group's epoch is ahead of its assignment: a new target is being computed.";
    group_reconciling = "Members go over to the target, each at its own pace: {0} to give up, {1} to receive.";
    group_dead = "The coordinator does not know it: it was never joined, or it is gone.";
    since = "since";

    // Drawer.
    drawer = "Drawer";
    backups = "Backups";
    n_violated = "{0} violated";
    story = "Story";
    events = "Events";
    seed = "seed";
    engine = "engine";
    hash = "hash";
    state_hash = "State hash";
    acted = "Done: at {0} {1}";
    earlier_left_out = "{0} earlier one is left out.|{0} earlier ones are left out.";
    when = "when";
    what = "what happened";
    nothing_happened = "Nothing has happened yet.";

    // Backups.
    no_backups = "No backups yet";
    no_backups_more = "A backup holds the records, the committed offsets and the settings of this moment.";
    full_backup = "Full backup";
    import = "Import";
    import_hint = "or drop a .zip anywhere";
    export_name = "Export {0}";
    restore_name = "Restore {0}";
    delete_name = "Delete {0}";
    verify_name = "Verify {0}";
    export = "Export";
    restore = "Restore";
    delete = "Delete";
    verify = "Verify";
    label = "label";
    kind = "kind";
    moment = "moment";
    size = "size";
    holds_head = "holds";
    backup_holds = "{0} records of {1} partitions, {2} offsets";
    verified = "verified";
    exported = "exported";
    saved_head = "kept";
    not_verified = "not verified";
    holds = "holds";
    damaged = "damaged: {0}";
    never_exported = "never exported";
    exported_at = "{0} UTC";
    saved = "saved in this browser";
    saving = "saving";
    not_saved = "in memory only";
    memory_only = "{0} What is not saved lives until the page is closed: export what matters.";
    store_unavailable = "The browser keeps nothing for this page: it is a private window, a sandboxed frame, or storage is switched off.";
    store_quota = "Not saved: the browser's quota is used up. Export or delete a backup.";
    store_read_only = "Not saved: another tab with Rejoin is open and writes the backups. Close it, then try again.";
    store_stale = "Not saved: another tab has changed the stored backups. Export what matters here, then load the page again.";
    store_blocked = "Another tab with an older Rejoin keeps the stored backups. Close it, then load the page again.";
    store_newer = "The stored backups were written by a newer Rejoin. Load the page again.";
    store_lost = "Not saved: the browser lost the connection to its storage and did not get it back ({0}). Export what matters.";
    store_failed = "Not saved: the browser's storage refused ({0}). Export what matters.";
    storage = "{0} used, in this browser only.";
    storage_never = "{0} backup exists nowhere else.|{0} backups exist nowhere else.";
    deleted_undo = "{0} was deleted.";
    undo = "Undo";
    actions = "actions";
    show_restore = "Show the restore of {0}";

    // Restore.
    restore_steps = "Steps of the restore";
    restore_title = "Restore {0}";
    step_stop = "Stop consumers";
    step_data = "Restore data";
    step_restart = "Restart consumers";
    step_resume = "Resume";
    step_proof = "digests, first records";
    stop_these = "{0} still run and would commit over the restored offsets. Stop them first.";
    stop_none = "No consumer of these groups runs.";
    data_explain = "Topics, records and offsets become those of the backup. What was written after it leaves the log.";
    restart_these = "{0} start again and resume from the last committed offset.";
    restart_none = "This restore stopped no consumer: start those that shall read.";
    resume_explain = "Waiting for the first record of each partition.";
    resume_paused = "Time stands still. Play, and the consumers resume.";
    done_explain = "Proven: every log equals the backup, and every partition resumed at its committed offset.";
    why_not_yet = "First: {0}.";
    step_done = "done";
    cancel = "Cancel";
    close = "Close";
    proof = "Proof";
    digest_backup = "digest in the backup";
    digest_restored = "digest restored";
    equal = "equal";
    not_equal = "differs";
    first_expected = "first expected";
    first_delivered = "first delivered";
    delivered_to = "{0} to {1}";
    at_the_end = "none, the log ends there";

    // Story.
    story_text = "The run as text";
    run = "Run";
    follow = "Follow the run again";
    following = "It follows the run. Edit it, then run it from the start.";
    editing = "Edited. The run goes on beside it.";
    story_errors = "{0} error. Nothing was changed.|{0} errors. Nothing was changed.";
    story_error = "Line {0}, column {1}: found {2}, expected {3}.";
    story_nearest = "Did you mean {0}?";
    go_to_line = "Go to line {0}";
    checks = "Checks";
    check_holds = "holds";
    check_fails = "violated";
    commands = "Command";
    command_hint = "kill c1";
    do_it = "Do";

    // Loading a file.
    load_title = "Load {0}";
    load_topic = "Topic";
    load_partitions = "Partitions, when the topic is new";
    load_format = "Format";
    format_text = "lines of text";
    format_csv = "CSV, first line names the columns";
    format_jsonl = "JSON Lines";
    load_key = "Key";
    load_key_hint = "column or field; empty: no key";
    load_time = "Timestamps";
    load_time_hint = "column or field; empty: time of writing";
    load_rate = "Records a second";
    load_rate_hint = "empty: all at once";
    load_do = "Load";
    loaded = "{0} record loaded.|{0} records loaded.";
    lines_refused = "{0} line could not be used.|{0} lines could not be used.";
    line_refused = "Line {0}: {1}";
    read_it = "Add a consumer that reads it";
    more_refused = "and {0} more";
    refused_title = "Refused";
    drop_here = "Drop a file of records or a backup";

    // Alerts.
    refused_import = "Import refused, nothing was changed";
    refused_load = "Not loaded, nothing was changed";
    refused_export = "Not exported";
    refused_save = "Not saved";
    imported = "Imported: {0}.";
    dismiss = "Dismiss";
    too_large = "{0} is {1}; at most {2} are read.";
    unreadable = "The browser could not read {0}.";

    // A panic.
    broken = "Rejoin broke. This is a mistake of Rejoin's, not yours.";
    broken_more = "Its run as a file brings back this moment: send it with the line above. Stored backups are safe; load the page again.";
    broken_run = "The run as a file";

    // What happened, as sentences.
    ev_topic_created = "Topic {1} was created with {0} partition.|Topic {1} was created with {0} partitions.";
    ev_topic_deleted = "Topic {0} was deleted.";
    ev_started = "{0} started.";
    ev_joined = "{0} joined {1}.";
    ev_rebalance = "{0} rebalances: {1}";
    ev_rebalance_short = "{0} rebalances.";
    ev_stable = "{1} is Stable: generation {2}, {0} member, rebalance took {3}.|{1} is Stable: generation {2}, {0} members, rebalance took {3}.";
    ev_assigned = "{1} took {0} partition: {2}.|{1} took {0} partitions: {2}.";
    ev_revoked = "{1} gave up {0} partition: {2}.|{1} gave up {0} partitions: {2}.";
    ev_lost = "{1} lost {0} partition: {2}.|{1} lost {0} partitions: {2}.";
    ev_assigned_none = "{0} was given no partition.";
    ev_removed = "{0} removed after {1} without a heartbeat.";
    ev_left = "{0} left: {1}";
    ev_killed = "{1} killed: {0} record read, not committed.|{1} killed: {0} records read, not committed.";
    ev_closed = "{0} closed.";
    ev_paused = "{0} stands still for {1}.";
    ev_slowed = "The poll loop of {0} stands still for {1}.";
    ev_reread = "{1} read {0} record of {2} again: {3} to {4}.|{1} read {0} records of {2} again: {3} to {4}.";
    ev_skipped = "{0} record of {1} skipped: {2} to {3}.|{0} records of {1} skipped: {2} to {3}.";
    ev_failed = "{0} failed: {1}";
    ev_loaded = "{1} loaded into {2}: {0} record.|{1} loaded into {2}: {0} records.";
    ev_loaded_refused = "{1} loaded into {2}: {3} records, {0} line could not be used.|{1} loaded into {2}: {3} records, {0} lines could not be used.";
    ev_line_refused = "{0}, line {1}: {2}";
    ev_backed_up = "Backed up as {0}: {1} records, {2} offsets.";
    ev_backup_deleted = "Backup {0} was deleted.";
    ev_restored = "Restored {0}: {1} records, {2} offsets.";
    ev_proven = "The restore of {0} is proven.";
    ev_topic_grown = "Topic {1} has {0} partition now.|Topic {1} has {0} partitions now.";
    ev_produced = "{0} record written to {1}.|{0} records written to {1}.";
    ev_remark = "{0}: {1}";
    ev_verified = "Verified {0}: every byte holds.";
    ev_verified_not = "Verified {1}: {0} finding.|Verified {1}: {0} findings.";
    ev_exported = "Exported {0} as {1}, {2}.";
    ev_imported = "Imported from {0}: {1}.";
    ev_disproven = "The restore of {0} is proven wrong: {1}";
    ev_offsets_reset = "The offsets of {0} in {1} were set.";
    ev_group_deleted = "Group {0} was deleted.";
    ev_emptied = "{0} is Empty.";
    ev_went_on = "{0} goes on.";
    ev_commit_failed = "A commit of {0} failed: {1}";
    ev_check_holds = "Holds: {0}";
    ev_check_fails = "Violated: {0}. Found {1}.";
    ev_refused = "Refused: {0}. {1}";
}
