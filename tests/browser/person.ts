// Somebody at a browser of their own: an isolated context, and what a person does and sees on the pages.
import { type Browser, type BrowserContext, type Locator, type Page, chromium } from 'playwright-core';
import { launchOptions } from './chromium.ts';
import type { Endpoints } from './stack.ts';

/** Starts a browser. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

type ContextOptions = Parameters<Browser['newContext']>[0];

/** A person with one open page. Whatever the browser complains about is collected in {@link complaints}. */
export class Person {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[] = [];
  private readonly endpoints: Endpoints;

  private constructor(context: BrowserContext, page: Page, endpoints: Endpoints) {
    this.context = context;
    this.page = page;
    this.endpoints = endpoints;
    this.listen(page);
  }

  /** Opens the application in a context that shares nothing with any other. */
  static async arrive(browser: Browser, endpoints: Endpoints, options: ContextOptions = {}): Promise<Person> {
    const context = await browser.newContext(options);
    const person = new Person(context, await context.newPage(), endpoints);
    await person.page.goto(endpoints.web);
    return person;
  }

  /** One more tab of the same browser. */
  async openTab(): Promise<Page> {
    const page = await this.context.newPage();
    this.listen(page);
    await page.goto(this.endpoints.web);
    return page;
  }

  /** From the application to the pool's page, and back. */
  async signIn(username: string): Promise<void> {
    const password = this.endpoints.users.find((user) => user.username === username)?.password ?? '';
    await this.page.getByTestId('sign-in').click();
    await this.page.locator('input[name=username]').fill(username);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.locator('button[type=submit]').click();
    await this.isSignedInAs(username);
  }

  /** Makes an account on the pool's page. */
  async signUp(username: string, password: string): Promise<void> {
    await this.page.getByTestId('sign-in').click();
    await this.page.getByRole('link', { name: 'Create an account' }).click();
    await this.page.locator('input[name=username]').fill(username);
    await this.page.locator('input[name=email]').fill(`${username}@example.com`);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.locator('button[type=submit]').click();
    await this.isSignedInAs(username);
  }

  /** Waits until the page says who is there and that the connection stands. */
  async isSignedInAs(name: string): Promise<void> {
    await this.page.getByTestId('who').getByText(name).waitFor();
    await this.isConnected();
  }

  /** Waits until the page says that it is connected. */
  async isConnected(page = this.page): Promise<void> {
    await page.getByTestId('status').getByText(/^connected$/i).waitFor();
  }

  /** Types a message and sends it with the keyboard. */
  async say(text: string): Promise<void> {
    await this.page.getByTestId('composer').fill(text);
    await this.page.getByTestId('composer').press('Enter');
  }

  /** Waits for a message with this text. */
  async sees(text: string): Promise<Locator> {
    const message = this.page.getByTestId('message').filter({ hasText: text });
    await message.first().waitFor();
    return message;
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  // Every error, whatever its source, is one too many: a refused script, a failed request, an exception. Only that nobody
  // is signed in is no error, but a browser notes it as one.
  private listen(page: Page): void {
    page.on('console', (message) => {
      const isAnswer = message.text().includes('status of 401') && new URL(message.location().url).pathname.startsWith('/session');
      if (['error', 'warning'].includes(message.type()) && !isAnswer) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }
}
