// Where the browser keeps no cookies in frames, the platform keeps one value for us in a window beside ours.
// At login we leave it there and go on; with the launch we ask for it back and hand it in with the launch.
// The value goes to the platform's origin only, and nothing counts that another window or another origin says.
// https://www.imsglobal.org/spec/lti-pm-s/v0p1 and https://www.imsglobal.org/spec/lti-cs-pm/v0p1
(() => {
  const root = document.documentElement;
  root.dataset.ladder = "waiting";
  const PATIENCE = 4000; // milliseconds: the apps of Canvas never answer (2026-11)
  const AGAIN = 400; // the window beside ours may still be loading

  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
  const around = window.parent !== window ? window.parent : window.opener;

  const beside = (name) => {
    if (!around || name === "_parent") return around;
    try {
      const frame = around.frames[name];
      return frame && typeof frame.postMessage === "function" ? frame : null;
    } catch {
      return null; // not there, or not yet
    }
  };

  // Says something until it is answered. An origin of "*" is for what is no secret, answered by whoever is around us.
  const ask = (findWindow, origin, message) =>
    new Promise((resolve, reject) => {
      const id = newId();
      const end = () => {
        clearInterval(repeating);
        clearTimeout(patience);
        removeEventListener("message", hear);
      };
      const hear = (event) => {
        if (!event.source || event.source !== findWindow()) return;
        if (origin !== "*" && event.origin !== origin) return;
        const answer = event.data;
        if (!answer || typeof answer !== "object") return;
        if (answer.subject !== `${message.subject}.response` || answer.message_id !== id) return;
        end();
        if (answer.error) reject(new Error(message.subject));
        else resolve(answer);
      };
      const say = () => {
        const place = findWindow();
        if (place) place.postMessage({ ...message, message_id: id }, origin);
      };
      const repeating = setInterval(say, AGAIN);
      const patience = setTimeout(() => {
        end();
        reject(new Error(message.subject));
      }, PATIENCE);
      addEventListener("message", hear);
      say();
    });

  const canKeep = (answer) => {
    const said = Array.isArray(answer.supported_messages) ? answer.supported_messages : [];
    const keeps = ["lti.put_data", "lti.get_data"].every((subject) => said.some((one) => one && one.subject === subject));
    if (!keeps) throw new Error("lti.capabilities");
  };

  const leave = async (place, { storageOrigin: origin, storageKey: key, value, onward }) => {
    // Some platforms answer this beside us and some around us; either way the value itself goes beside us only.
    const probe = { subject: "lti.capabilities" };
    await Promise.any([ask(place, origin, probe).then(canKeep), ask(() => around, "*", probe).then(canKeep)]);
    await ask(place, origin, { subject: "lti.put_data", key, value });
    const kept = await ask(place, origin, { subject: "lti.get_data", key });
    if (kept.value !== value) throw new Error("lti.get_data");
    location.replace(onward);
  };

  const fetchBack = async (place, { storageOrigin: origin, storageKey: key }, form) => {
    try {
      const kept = await ask(place, origin, { subject: "lti.get_data", key });
      if (typeof kept.value === "string") form.elements.namedItem("value").value = kept.value;
      place().postMessage({ subject: "lti.put_data", key, value: null, message_id: newId() }, origin); // used up
    } catch {
      // Nobody answered: the server says so, with a number to ask about.
    }
    form.submit();
  };

  const begin = async () => {
    const page = document.querySelector("[data-storage-target]");
    const said = document.querySelector("[data-said]");
    const say = (part) => {
      said.textContent = document.querySelector(`[data-when="${part}"] p`).textContent;
    };
    say("waiting");
    const place = () => beside(page.dataset.storageTarget);
    const form = document.querySelector("form[data-launch]");
    if (form) {
      await fetchBack(place, page.dataset, form);
      return;
    }
    try {
      await leave(place, page.dataset);
    } catch {
      root.dataset.ladder = "window";
      document.title = document.title.replace(/^[^·]*/, `${document.querySelector('[data-when="window"] h1').textContent} `);
      say("window");
    }
  };

  addEventListener("DOMContentLoaded", begin);
})();
