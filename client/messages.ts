/**
 * What people are told and asked in notifications and dialogues. Owns nothing.
 *
 * A notification makes a link of `[text](command:…)`, and runs the command when it is pressed. Names, commit messages and
 * what AWS says are text, so nobody else in the extension shows messages.
 */
import * as vscode from 'vscode';
import { unlinked } from './words.ts';

/** @returns the button that was pressed; undefined where there was none */
type Tell = <Button extends string>(text: string, ...buttons: readonly Button[]) => Thenable<Button | undefined>;

export const inform: Tell = (text, ...buttons) => vscode.window.showInformationMessage(unlinked(text), ...buttons);

export const warn: Tell = (text, ...buttons) => vscode.window.showWarningMessage(unlinked(text), ...buttons);

export const complain: Tell = (text, ...buttons) => vscode.window.showErrorMessage(unlinked(text), ...buttons);

/** Asks in a dialogue that cannot be overlooked. It shows text only. */
export const insist = <Button extends string>(
  text: string,
  detail: string,
  ...buttons: readonly Button[]
): Thenable<Button | undefined> => vscode.window.showWarningMessage(text, { modal: true, detail }, ...buttons);
