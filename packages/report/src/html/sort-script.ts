/**
 * The page's only script: sortable columns, and strategies opened for printing. The page is
 * complete without it. {@link sortScriptHash} is in the page's Content-Security-Policy, so that
 * no other script can run even if some text ever escaped its escaping.
 */
export const sortScript = `
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isNumber = head.classList.contains("number");
      const first = isNumber && column > 1 ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const compare = isNumber
        ? (a, b) => value(a) - value(b)
        : (a, b) => value(a).localeCompare(value(b));
      body.append(...[...body.rows].sort((a, b) => sign * compare(a, b)));
    });
  });
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.iteration")) details.open = true;
});
`;

/** SHA-256 of {@link sortScript} in base64; a test computes it. */
export const sortScriptHash = "wXHuVp2Or7w3uSa959WOHCs31ao7hT4yKtLMzI+g9K0=";
