import type { FormPoint } from "../chat";
import { Provider, type Surroundings } from "../context";
import { furnish } from "../furnish";
import { Form } from "./Form";
import "./forms.css";

export async function load(surroundings: Surroundings) {
  const own = await furnish(surroundings.chat.bootstrap.forms, surroundings.language);
  return ({ point }: { point: FormPoint }) => (
    <Provider value={surroundings}>
      <Form key={point} point={point} own={own} />
    </Provider>
  );
}
