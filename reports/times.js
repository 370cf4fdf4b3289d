// Where the reader is, with UTC beside: the page may be read, or printed, in another zone than the machines'.
(() => {
  const two = (number) => String(number).padStart(2, "0");
  const day = (t) => `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  const hour = (t) => `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    const off = -moment.getTimezoneOffset();
    if (Number.isNaN(moment.getTime()) || off === 0 || !time.textContent.endsWith(" UTC")) continue;
    const zone = `UTC${off < 0 ? "−" : "+"}${Math.floor(Math.abs(off) / 60)}${off % 60 ? `:${two(Math.abs(off) % 60)}` : ""}`;
    const [date, clock] = time.textContent.split(" ");
    const part = (said, kind) => {
      const span = document.createElement("span");
      [span.textContent, span.className] = [said, kind];
      return span;
    };
    const utc = `(${date === day(moment) ? "" : `${date} `}${clock} UTC)`;
    time.className = "both";
    time.replaceChildren(part(`${day(moment)} ${hour(moment)} ${zone}`, ""), " ", part(utc, "utc"));
  }
})();
