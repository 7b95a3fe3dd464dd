// Real media for the mock server, made with ffmpeg from the pictures in docs/.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { welcome } from "./data.mjs";

const sheet = fileURLToPath(new URL("../../docs/gallery/contact-sheet.jpg", import.meta.url));
const folder = path.join(tmpdir(), "colophon-mock-media");

function make(name, ...how) {
  const file = path.join(folder, name);
  if (!existsSync(file)) execFileSync("ffmpeg", ["-v", "error", "-y", ...how, file]);
  return readFileSync(file);
}

/** The pictures of the contact sheet, one by one. */
export function media() {
  mkdirSync(folder, { recursive: true });
  const size = execFileSync("ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", sheet]);
  const [width, height] = String(size).trim().split(",").map(Number);
  const [across, down] = [2, 5];
  const [w, h] = [Math.floor(width / across), Math.floor(height / down)];
  const pictures = Array.from({ length: 8 }, (_, i) => {
    const crop = `crop=${w}:${h}:${(i % across) * w}:${Math.floor(i / across) * h},scale=1280:720`;
    return make(`picture${i}.png`, "-i", sheet, "-vf", crop);
  });
  const films = [0, 3].map((i) =>
    make(
      `film${i}.mp4`,
      ...["-loop", "1", "-i", path.join(folder, `picture${i}.png`), "-f", "lavfi", "-i", "sine=f=220:d=6"],
      ...["-vf", "format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", "-t", "6", "-movflags", "+faststart"],
    ),
  );
  const sounds = [220, 330, 440].map((f) => make(`sound${f}.wav`, "-f", "lavfi", "-i", `sine=f=${f}:d=4`, "-af", "tremolo=3"));
  return { pictures, films, sounds, text: Buffer.from(welcome) };
}
