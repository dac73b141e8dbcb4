// Keeps the outbox up to date while somebody looks at it. Without this script, "Refresh" does.
const every = 2000; // milliseconds
const messages = document.getElementById("messages");
const note = document.getElementById("status");
let seen = null;

// merge takes over what is new on the page that was fetched, and leaves alone what is there already:
// open messages stay open, and the keyboard's place stays where it is.
function merge(fetched) {
  const next = fetched.getElementById("messages");
  const had = new Map([...messages.children].map((child) => [child.id, child]));
  let arrived = 0;
  const wanted = [...next.children].map((child) => {
    const old = had.get(child.id);
    if (old && child.id && old.dataset.at === child.dataset.at) {
      had.delete(child.id);
      return old;
    }
    if (child.id) arrived++;
    return document.adoptNode(child);
  });
  had.forEach((child) => child.remove());
  wanted.forEach((child, i) => {
    if (messages.children[i] !== child) messages.insertBefore(child, messages.children[i] ?? null);
  });
  if (arrived > 0) note.textContent = arrived === 1 ? "1 new message" : arrived + " new messages";
}

async function look() {
  try {
    if (document.hidden) return;
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-cache" });
    const tag = answer.headers.get("ETag");
    if (!answer.ok || tag === seen) return;
    merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
    seen = tag;
  } catch {
    seen = null; // the server is away; look again
  } finally {
    setTimeout(look, every);
  }
}

look();
