/** The text with user name and password of every URL in it replaced: messages end up in logs. */
export function hideCredentials(text: string): string {
  return text.replace(/\/\/[^/\s"]*@/g, "//[hidden]@");
}
