// The page around the tool keeps values for it, each tool's apart, as long as this tab is open.
// https://www.imsglobal.org/spec/lti-pm-s/v0p1. What comes through the frame beside the tool names the tool's origin.
(() => {
  const SUBJECTS = ["lti.capabilities", "lti.put_data", "lti.get_data"];
  const target = document.currentScript.dataset.target;

  const answers = {
    "lti.capabilities": () => ({ supported_messages: SUBJECTS.map((subject) => ({ subject, frame: target })) }),
    "lti.put_data": (place, { key, value }) => {
      if (value === null || value === undefined) sessionStorage.removeItem(place);
      else sessionStorage.setItem(place, value);
      return { key, value };
    },
    "lti.get_data": (place, { key }) => ({ key, value: sessionStorage.getItem(place) }),
  };

  addEventListener("message", (event) => {
    const { subject, message_id, key, forwarded } = event.data || {};
    if (!SUBJECTS.includes(subject) || !event.source) return;
    const passedOn = target !== "_parent" && event.source === window.frames[target];
    if (subject !== "lti.capabilities" && !passedOn && target !== "_parent") return; // values: by that frame only
    const toolOrigin = passedOn ? forwarded.origin : event.origin;
    const answer = answers[subject](`lti|${toolOrigin}|${key}`, event.data);
    event.source.postMessage({ ...answer, subject: `${subject}.response`, message_id, forwarded }, event.origin);
  });
})();
