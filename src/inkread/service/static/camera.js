// A picture by the camera, where there is one.

import { h, say, status } from "./dom.js";

/** Whether the browser would lend a camera here (only on localhost or over https). */
export async function hasCamera() {
  if (!navigator.mediaDevices?.getUserMedia) return false;
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.some((device) => device.kind === "videoinput");
}

/** Show what the camera sees; answers the picture that was taken, or null. */
export function takePicture() {
  const video = h("video", { autoplay: true, playsInline: true, muted: true, "aria-label": "What the camera sees" });
  const line = status();
  const take = h("button.primary", { type: "button", disabled: true }, "Take the picture");
  const close = h("button", { type: "button" }, "Cancel");
  const dialog = h("dialog.camera", { "aria-label": "Camera" }, video, line, h("div.row", {}, take, close));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    const finish = (picture) => {
      for (const track of video.srcObject?.getTracks() ?? []) track.stop();
      dialog.remove();
      done(picture);
    };
    take.addEventListener("click", async () => finish(await still(video)));
    close.addEventListener("click", () => finish(null));
    dialog.addEventListener("cancel", () => finish(null));
    start(video, take, line);
  });
}

async function start(video, take, line) {
  say(line, "Waiting for the camera …", "busy");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
    // A picture taken before the first frame is there would be empty.
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      await new Promise((ready) => video.addEventListener("loadeddata", ready, { once: true }));
    }
    take.disabled = false;
    say(line, "");
    take.focus();
  } catch (error) {
    const refused = error.name === "NotAllowedError";
    say(line, refused ? "The camera may not be used: allow it in the browser's settings." : "The camera cannot be used just now.", "bad");
  }
}

function still(video) {
  const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
}
