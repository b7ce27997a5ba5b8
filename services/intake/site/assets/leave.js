// Leaves without a trace in the back button, and on three Shift presses. The link works without this script.
const leave = document.querySelector("a.leave");
const go = (event) => {
  if (event) event.preventDefault();
  document.body.hidden = true;
  location.replace(leave.href);
};
leave.addEventListener("click", go);
let presses = 0, first = 0;
addEventListener("keyup", (event) => {
  if (event.key !== "Shift") { presses = 0; return; }
  const now = performance.now();
  if (presses === 0 || now - first > 3000) { presses = 0; first = now; }
  if (++presses === 3) go();
});
// The page that comes back from the cache after leaving must not show what was typed.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
