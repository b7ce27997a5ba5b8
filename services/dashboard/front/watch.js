// Leaves the page when the session has ended, whatever the state of Streamlit's own connection.
// Asking does not count as activity.
"use strict";
(() => {
  const leave = () => {
    const here = location.pathname + location.search;
    location.replace("/auth/sign-in?next=" + encodeURIComponent(here));
  };
  const look = async () => {
    try {
      const answer = await fetch("/auth/live", { cache: "no-store" });
      if (answer.status === 401) leave();
    } catch {
      // The server is away: the page says so itself, and we ask again.
    }
  };
  setInterval(look, 5000);
  addEventListener("pageshow", look);
  addEventListener("online", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
})();
