/** placeholder */
export function InspectorPage() {
  return <h1>Inspector</h1>;
}
