import type { FormPoint } from "../chat";
import { Provider, type Surroundings } from "../context";
import { furnish } from "../furnish";
import { Form } from "./Form";
import { Offer } from "./Offer";
import "./forms.css";

export async function load(surroundings: Surroundings) {
  const own = await furnish(surroundings.chat.bootstrap.forms, surroundings.language);
  /** Without a point: no form, but boxes beside the message. */
  return ({ point }: { point: FormPoint | null }) => (
    <Provider value={surroundings}>
      {point ? <Form key={point} point={point} own={own} /> : <Offer own={own} />}
    </Provider>
  );
}
