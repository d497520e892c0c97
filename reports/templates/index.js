(() => {
  const table = document.querySelector("table.index");
  const body = table.tBodies[0];
  const lang = document.documentElement.lang;
  const plain = text => text.normalize("NFKC").toLowerCase();
  const rows = Array.from(body.rows, (row, place) => ({ row, place, text: plain(row.textContent) }));
  const tools = document.querySelector(".tools");
  const search = tools.querySelector("input");
  const found = tools.querySelector("output");
  const collator = new Intl.Collator(lang, { numeric: true });

  function filter() {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const fits = words.every(word => one.text.includes(word));
      if (one.row.hidden === fits) one.row.hidden = !fits;
      shown += fits;
    }
    found.textContent = found.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  }

  function sort(head, column) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const number = "number" in head.dataset;
    const key = cell => (number ? Number(cell.dataset.key) : cell.textContent.trim());
    const keyed = rows.map(one => ({ one, key: key(one.row.cells[column]) }));
    const compare = number ? (a, b) => a.key - b.key : (a, b) => collator.compare(a.key, b.key);
    keyed.sort((a, b) => (down ? -1 : 1) * compare(a, b) || a.one.place - b.one.place);
    body.append(...keyed.map(({ one }) => one.row));
  }

  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    if ("fixed" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
  });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 50); // once for what is typed quickly
  });
  tools.hidden = false;
  filter();
})();
