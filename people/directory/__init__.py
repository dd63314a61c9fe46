"""The list of people and the page of each: who works here, who came, who left."""
