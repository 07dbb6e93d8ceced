// Runs before the first paint, so that a page that was switched to dark does not flash white.
{
  let kept = null;
  try {
    kept = localStorage.getItem("inkread-theme");
  } catch {
    // Storage may be forbidden; then the system's choice holds.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = kept === "dark" || kept === "light" ? kept : system;
}
