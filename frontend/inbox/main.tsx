import { render } from "preact";
import { Chime } from "../shared/chime";
import { App } from "./App";
import { readBootstrap } from "./bootstrap";
import { DeskContext } from "./context";
import { Desk } from "./desk";
import "./inbox.css";

const desk = new Desk(readBootstrap(document), new Chime(document));
const place = document.getElementById("inbox");

if (place) {
  render(
    <DeskContext.Provider value={desk}>
      <App />
    </DeskContext.Provider>,
    place,
  );
  desk.start();
}

// What nobody has acknowledged lives in this page only.
addEventListener("beforeunload", (event) => {
  if (desk.store.value.unsent.length > 0) event.preventDefault();
});
