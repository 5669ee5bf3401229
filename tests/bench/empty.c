/* The least that an MTA can start. */
int main(void) { return 0; }
