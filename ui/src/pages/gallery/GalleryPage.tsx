import { route } from "../../router";
import { Compare } from "./Compare";
import { Detail } from "./Detail";
import { Overview } from "./Overview";

export default function GalleryPage() {
  const [first] = route.value.rest;
  if (first === "compare") return <Compare />;
  if (first) return <Detail key={first} id={first} />;
  return <Overview />;
}
