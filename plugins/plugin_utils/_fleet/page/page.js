// The table of hosts and accounts. Only the rows in view are elements of the page, so that 10,000 hosts scroll like ten.
// Every text from the data becomes a text node, never markup.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const { hosts, accounts, texts, patterns, states, groups, rest, outcomes } = data;
  const find = (id) => document.getElementById(id);
  const grid = find("grid"), body = find("body"), head = find("head"), search = find("search");
  const status = find("status"), filters = find("filters"), dialog = find("dialog");
  const CLASSES = ["verified", "warning", "failed", "not_tested", "not_reached", "no_accounts"];
  const OPEN_UP_TO = 60; // accounts: with more of them, the groups are closed at first
  const ITSELF = "\ue000"; // stands for the address of an account in its own sentence

  // A column is an array, or the one value that all its cells have.
  const at = (column, index) => (Array.isArray(column) ? column[index] : column);
  const number = (value) => value.toLocaleString("en");
  const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

  // A row is an account, or a host without one: rowHost has its host, rowAccount its account or -1.
  const rowHost = [], rowAccount = [];
  for (let host = 0, account = 0; host < hosts.name.length; host++) {
    const count = at(hosts.accounts, host);
    for (let index = 0; index < Math.max(1, count); index++) {
      rowHost.push(host);
      rowAccount.push(count ? account++ : -1);
    }
  }
  const total = rowHost.length;
  const ofRow = (name) => (row) => (rowAccount[row] < 0 ? at(hosts[name], rowHost[row]) : at(accounts[name], rowAccount[row]));
  const stateOf = ofRow("state"), groupOf = ofRow("group");
  const textOf = (name, row) => (rowAccount[row] < 0 ? "" : texts[at(accounts[name], rowAccount[row])]);
  const hostOf = (row) => hosts.name[rowHost[row]];
  const emailOf = (row) => {
    const account = rowAccount[row];
    if (account < 0) return "";
    const domain = texts[at(accounts.domain, account)];
    return accounts.local[account] ? `${accounts.local[account]}@${domain}` : domain;
  };
  const causeOf = (row) => (rowAccount[row] < 0 ? texts[at(hosts.reason, rowHost[row])] : textOf("code", row));

  const element = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // What is shown: a list of rows and, while it is not sorted by a column, of groups. A group is -1 - its number.
  let shown = [], current = 0, words = [], filter = "all", sorting = null, descending = false;
  const closed = new Set();
  if (total > OPEN_UP_TO) for (let group = 0; group < groups.length + rest.length; group++) closed.add(group);
  const groupCounts = new Map();

  const FILTERS = [
    ["all", "All", () => true],
    ...states.map((label, state) => [CLASSES[state], label, (row) => stateOf(row) === state]),
    ["changed", "Changed", (row) => textOf("changed", row) !== ""],
  ];
  let onlyGroup = -1;

  const COLUMNS = [
    ["State", (row) => -[0, 3, 5, 4, 2, 1][stateOf(row)]],
    ["Host", hostOf],
    ["Account", emailOf],
    ["Cause", (row) => `${causeOf(row)} ${textOf("server", row)}`.trim() || "\uffff"],
    [data.tests, null],
  ];

  // A word is looked for once in each text of the table, and then by the numbers of the texts.
  const SEARCHED = ["server", "code", "user", "protocol", "sentence", "changed"];
  let lowerTexts = null, lowerHosts = null, lowerEmails = null, lowerGroups = null;
  const prepare = () => {
    lowerTexts ??= texts.map((text) => text.toLowerCase());
    lowerHosts ??= hosts.name.map((name) => name.toLowerCase());
    lowerEmails ??= rowHost.map((_host, row) => emailOf(row).toLowerCase());
    lowerGroups ??= [...groups.map((group) => `${group[0]} ${group[1]}`.toLowerCase()), ...rest.map((label) => label.toLowerCase())];
  };
  const matcher = (word) => {
    prepare();
    const inText = lowerTexts.map((text) => text.includes(word));
    const inHost = lowerHosts.map((name) => name.includes(word));
    const inGroup = lowerGroups.map((label) => label.includes(word));
    const columns = SEARCHED.map((name) => accounts[name]);
    const always = columns.some((column) => !Array.isArray(column) && inText[column]);
    const varying = columns.filter(Array.isArray);
    return (row) => {
      const host = rowHost[row], account = rowAccount[row];
      if (inHost[host] || inText[at(hosts.site, host)] || inGroup[groupOf(row)]) return true;
      if (account < 0) return inText[at(hosts.reason, host)];
      if (always) return true;
      for (const column of varying) if (inText[column[account]]) return true;
      return lowerEmails[row].includes(word);
    };
  };

  const select = () => {
    const wanted = FILTERS.find((entry) => entry[0] === filter)[2];
    const tests = words.map(matcher);
    let rows = [];
    for (let row = 0; row < total; row++) {
      if (wanted(row) && (onlyGroup < 0 || groupOf(row) === onlyGroup) && tests.every((test) => test(row))) rows.push(row);
    }
    let hostCount = 0, lastHost = -1; // rows of one host stand together
    for (const row of rows) if (rowHost[row] !== lastHost) [lastHost, hostCount] = [rowHost[row], hostCount + 1];
    const found = rows.length;
    if (sorting === null) {
      const byGroup = Array.from({ length: groups.length + rest.length }, () => []);
      for (const row of rows) byGroup[groupOf(row)].push(row);
      rows = [];
      groupCounts.clear();
      byGroup.forEach((members, group) => {
        if (!members.length) return;
        groupCounts.set(group, members.length);
        rows.push(-1 - group);
        if (isOpen(group)) for (const member of members) rows.push(member);
      });
    } else {
      const value = COLUMNS[sorting][1];
      const keyed = rows.map((row) => [value(row), row]);
      const sign = descending ? -1 : 1;
      keyed.sort((one, other) => (one[0] < other[0] ? -sign : one[0] > other[0] ? sign : one[1] - other[1]));
      rows = keyed.map((pair) => pair[1]);
    }
    shown = rows;
    const narrowed = found < total ? ` of ${number(total)}` : "";
    const about = onlyGroup >= 0 ? `: ${titleOf(onlyGroup)}` : "";
    status.textContent = found ? `${number(found)}${narrowed} ${total === 1 ? "row" : "rows"} on ${counted(hostCount, "host")}${about}` : "Nothing matches.";
    current = Math.min(current, Math.max(0, shown.length - 1));
    resize();
  };
  const isOpen = (group) => words.length > 0 || onlyGroup >= 0 || !closed.has(group);
  const titleOf = (group) => (group < groups.length ? groups[group][1].replace(/\.$/, "") : rest[group - groups.length]);

  // The rows in view
  let rowHeight = 38, headHeight = 38;
  const resize = () => {
    rowHeight = matchMedia("(max-width: 720px)").matches ? 60 : 38;
    headHeight = head.offsetHeight;
    const room = Math.max(260, Math.min(innerHeight * 0.72, 860));
    grid.style.height = `${Math.min(room, headHeight + Math.max(1, shown.length) * rowHeight + 2)}px`;
    body.style.height = `${Math.max(1, shown.length) * rowHeight}px`;
    grid.setAttribute("aria-rowcount", String(shown.length + 1));
    draw();
  };
  const draw = () => {
    const first = Math.max(0, Math.floor(grid.scrollTop / rowHeight) - 6);
    const last = Math.min(shown.length, Math.ceil((grid.scrollTop + grid.clientHeight) / rowHeight) + 6);
    const rows = document.createDocumentFragment();
    for (let place = first; place < last; place++) rows.append(rowElement(place));
    if (!shown.length) rows.append(element("p", "empty", "Nothing matches. Press Esc to clear the search."));
    body.replaceChildren(rows);
    if (shown.length) grid.setAttribute("aria-activedescendant", `row-${current}`);
    else grid.removeAttribute("aria-activedescendant");
  };
  const rowElement = (place) => {
    const entry = shown[place];
    const made = entry < 0 ? groupElement(-1 - entry) : accountElement(entry);
    made.id = `row-${place}`;
    made.style.top = `${place * rowHeight}px`;
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", String(place + 2));
    made.setAttribute("aria-selected", String(place === current));
    if (place === current) made.classList.add("current");
    for (const cell of made.children) cell.setAttribute("role", "gridcell");
    return made;
  };
  const groupElement = (group) => {
    const made = element("div", isOpen(group) ? "row group open" : "row group");
    made.setAttribute("aria-expanded", String(isOpen(group)));
    made.append(
      element("span", "", group < groups.length ? groups[group][0] : ""),
      element("span", "", titleOf(group)),
      element("span", "", number(groupCounts.get(group))),
    );
    return made;
  };
  const accountElement = (row) => {
    const made = element("div", "row");
    const cause = element("div", "cause", causeOf(row));
    const server = textOf("server", row);
    if (server) cause.append(" ", element("small", "", server));
    const changed = textOf("changed", row);
    const state = element("div", `state ${CLASSES[stateOf(row)]}`, changed ? changed[0].toUpperCase() + changed.slice(1) : states[stateOf(row)]);
    made.append(state, element("div", "host", hostOf(row)), element("div", "account", emailOf(row)), cause, strips(row));
    for (const cell of [...made.children].slice(1, 4)) cell.title = cell.textContent;
    return made;
  };
  const stagesOf = (row) => (rowAccount[row] < 0 ? [] : patterns[at(accounts.stages, rowAccount[row])].map((stage) => stage.map((text) => texts[text])));
  const statusClass = (text) => (text === "failed" || text === "skipped" ? text : text === "unreadable" ? "skipped" : "ok");
  const ways = (row) => {
    const result = new Map();
    for (const [way, stage, outcome, code] of stagesOf(row)) {
      const label = data.ways[way] ?? data.ways.account;
      if (!result.has(label)) result.set(label, []);
      result.get(label).push([stage, outcome, code]);
    }
    return result;
  };
  const strips = (row) => {
    const cell = element("div", "tests");
    const said = [];
    for (const [way, stages] of ways(row)) {
      const strip = element("span", "strip");
      for (const [stage, outcome] of stages) {
        const box = element("i", statusClass(outcome), outcome === "failed" ? "x" : outcome === "skipped" ? "-" : outcome === "unreadable" ? "?" : "");
        box.title = `${way}: ${stage} ${outcomes[outcome] ?? outcome}`;
        strip.append(box);
      }
      strip.setAttribute("aria-hidden", "true");
      const failed = stages.find((stage) => stage[1] === "failed");
      if (data.compared) said.push(`${way}: ${stages.map((stage) => outcomes[stage[1]] ?? stage[1]).join(", ")}`);
      else said.push(`${way} ${failed ? `fails: ${failed[0]}` : stages.some((stage) => stage[1] === "ok") ? "works" : "not tested"}`);
      cell.append(strip);
    }
    cell.setAttribute("aria-label", said.join(", "));
    return cell;
  };

  // Moving
  const move = (place) => {
    if (!shown.length) return;
    current = Math.max(0, Math.min(shown.length - 1, place));
    const top = current * rowHeight, room = grid.clientHeight - headHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + rowHeight > grid.scrollTop + room) grid.scrollTop = top + rowHeight - room;
    draw();
  };
  const fold = (group, open) => {
    if (open) closed.delete(group);
    else closed.add(group);
    select();
  };
  const activate = () => {
    const entry = shown[current];
    if (entry === undefined) return;
    if (entry < 0) fold(-1 - entry, closed.has(-1 - entry));
    else details(entry);
  };
  const seconds = (value) => (value ? new Date((data.start + value) * 1000).toISOString().replace("T", ", ").slice(0, 17) + " UTC" : "");

  const details = (row) => {
    const host = rowHost[row], group = groupOf(row);
    const title = element("h2", "", hostOf(row));
    title.id = "dialog-title";
    const close = element("button", "close", "\u00d7");
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => dialog.close());
    const user = textOf("user", row);
    const protocol = textOf("protocol", row).toUpperCase();
    const who = [emailOf(row), protocol, user && `user ${user}`, texts[at(hosts.site, host)]].filter(Boolean).join(" \u00b7 ");
    const parts = [close, title, element("p", "who", who)];
    // What is known of all hosts stands before what this one says by itself: it is right where both differ.
    if (group < groups.length) {
      parts.push(element("p", "finding", titleOf(group)));
      if (groups[group][2]) parts.push(element("p", "action", groups[group][2]));
    }
    const sentences = [texts[at(hosts.reason, host)], textOf("sentence", row).replaceAll(ITSELF, emailOf(row))].filter(Boolean);
    if (sentences.length) parts.push(element("h3", "", "This host said"));
    for (const sentence of sentences) parts.push(element("p", "said", sentence));
    for (const [way, stages] of ways(row)) {
      const list = element("ul", "stages");
      for (const [stage, outcome, code] of stages) {
        const item = element("li", statusClass(outcome), stage);
        item.append(element("span", "label", `: ${outcomes[outcome] ?? outcome}`));
        if (code) item.append(" ", element("code", "", code));
        list.append(item);
      }
      parts.push(element("h3", "", way), list);
    }
    const last = at(hosts.last_state, host);
    const times = [
      at(hosts.tested, host) ? `${data.compared ? "Compared" : "Tested"} ${seconds(at(hosts.tested, host))}` : "",
      last >= 0 ? `Last run: ${states[last].toLowerCase()}${at(hosts.last_tested, host) ? `, ${seconds(at(hosts.last_tested, host))}` : ""}` : "",
    ].filter(Boolean);
    if (times.length) parts.push(element("p", "note", times.join(" \u00b7 ")));
    dialog.replaceChildren(...parts);
    dialog.showModal();
    dialog.scrollTop = 0;
  };

  // Filters, columns, keys
  const setFilter = (name, group = -1) => {
    filter = name;
    onlyGroup = group;
    grid.scrollTop = current = 0;
    for (const button of filters.children) button.setAttribute("aria-pressed", String(group < 0 && button.dataset.filter === name));
    select();
  };
  for (const [name, label, test] of FILTERS) {
    let count = 0;
    for (let row = 0; row < total; row++) if (test(row)) count++;
    if (!count && name !== "all") continue;
    const button = element("button", "", `${label} ${number(count)}`);
    button.type = "button";
    button.dataset.filter = name;
    button.addEventListener("click", () => setFilter(name));
    filters.append(button);
  }
  COLUMNS.forEach(([label, value], index) => {
    const cell = element("div");
    cell.setAttribute("role", "columnheader");
    const button = element("button", "", label);
    button.type = "button";
    cell.append(button);
    head.append(cell);
    if (!value) return button.replaceWith(element("button", "", label)), (cell.firstChild.disabled = true);
    cell.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      if (sorting !== index) [sorting, descending] = [index, false];
      else if (!descending) descending = true;
      else [sorting, descending] = [null, false]; // back to the groups
      [...head.children].forEach((other, place) => {
        if (COLUMNS[place][1]) other.setAttribute("aria-sort", place !== sorting ? "none" : descending ? "descending" : "ascending");
      });
      grid.scrollTop = current = 0;
      select();
    });
  });
  search.addEventListener("focus", prepare); // so that the first letter finds as quickly as the others
  search.addEventListener("input", () => {
    words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    grid.scrollTop = current = 0;
    select();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      grid.focus();
    }
  });
  const clear = (group = -1) => {
    search.value = "";
    words = [];
    setFilter("all", group);
  };
  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid) return;
    const page = Math.max(1, Math.floor((grid.clientHeight - headHeight) / rowHeight) - 1);
    const entry = shown[current];
    const keys = {
      ArrowDown: () => move(current + 1), ArrowUp: () => move(current - 1),
      PageDown: () => move(current + page), PageUp: () => move(current - page),
      Home: () => move(0), End: () => move(shown.length - 1),
      ArrowRight: () => entry < 0 && fold(-1 - entry, true), ArrowLeft: () => entry < 0 && fold(-1 - entry, false),
      Enter: activate, " ": activate,
    };
    if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && event.target !== search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape") {
      clear();
    }
  });
  body.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row) return;
    move(Number(row.id.slice("row-".length)));
    activate();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => grid.focus({ preventScroll: true }));
  for (const button of document.querySelectorAll("button.show")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      clear(Number(button.dataset.group));
      find("accounts").scrollIntoView();
      grid.focus({ preventScroll: true });
    });
  }
  let waiting = false;
  grid.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  });
  addEventListener("resize", resize);
  find("live").hidden = false;
  setFilter("all");
})();
